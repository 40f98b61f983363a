from typing import Any

from tests.unit.demo.test_scores import START_S, frame, segment
from vexa.demo.kill_count import Stay, count_losses

STAY = [Stay(START_S, START_S + 60)]
TEXT = "one two three four five six"


def final(text: str = TEXT, **changes: Any) -> dict[str, Any]:
    base = {"at_s": 5.0, "end_s": 9.0, "completed": True, "speaker": "a", **changes}
    made = segment(text, **base)
    return {**made, "start": base["at_s"], "end": base["end_s"]}


def truth(text: str = TEXT, at_s: float = 5.0, end_s: float = 9.0) -> list[dict[str, Any]]:
    return [
        {
            "name": "a",
            "text": text,
            "start_epoch_s": START_S + at_s,
            "end_epoch_s": START_S + end_s,
        }
    ]


def transcript(*segments: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"segments": list(segments)}]


def test_nothing_is_wrong_when_all_is_there() -> None:
    losses = count_losses([frame(9, final())], transcript(final()), truth(), STAY)
    assert (losses.finals, losses.lost, losses.doubled, losses.changed) == (1, [], [], [])


def test_a_final_that_vanished_is_lost() -> None:
    losses = count_losses([frame(9, final())], transcript(), [], STAY)
    assert losses.lost == ["final s-a:0"]


def test_speech_that_no_final_holds_is_lost() -> None:
    assert len(count_losses([], transcript(), truth(), STAY).lost) == 1


def test_speech_outside_of_a_stay_is_not_lost() -> None:
    assert count_losses([], transcript(), truth(at_s=70, end_s=75), STAY).lost == []


def test_the_same_words_twice_are_doubled() -> None:
    again = final(seq=1, at_s=5.5)
    assert len(count_losses([], transcript(final(), again), [], STAY).doubled) == 1


def test_neighbours_are_not_doubled() -> None:
    after = final(seq=1, at_s=9.0, end_s=12.0)
    assert count_losses([], transcript(final(), after), [], STAY).doubled == []


def test_a_final_with_another_text_is_changed() -> None:
    frames = [frame(9, final()), frame(10, final("other words"))]
    assert count_losses(frames, transcript(final()), [], STAY).changed == ["text s-a:0"]


def test_a_stored_text_that_differs_from_the_one_seen_is_changed() -> None:
    losses = count_losses([frame(9, final())], transcript(final("other words")), [], STAY)
    assert losses.changed == ["stored s-a:0"]


def test_a_draft_after_the_final_is_a_change() -> None:
    frames = [frame(9, final()), frame(10, final(completed=False))]
    assert count_losses(frames, transcript(final()), [], STAY).changed == [
        "draft after final s-a:0"
    ]


def test_a_name_that_comes_later_is_no_change_but_another_name_is() -> None:
    unnamed, named = final(speaker=None), final()
    for item in (unnamed, named):
        item["segment_id"] = "x:0"
    renamed = {**named, "speaker": "b"}
    frames = [frame(9, unnamed), frame(10, named), frame(11, renamed)]
    assert count_losses(frames, transcript(named), [], STAY).changed == ["speaker x:0"]
