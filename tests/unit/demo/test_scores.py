from typing import Any

import pytest

from vexa.contracts.times import iso_utc, parse_iso
from vexa.demo.heard import HeardWord, read_frames
from vexa.demo.scores import SaidWord, score

START_S = 1_700_000_000.0


def segment(
    text: str, *, at_s: float, end_s: float, completed: bool, speaker: str | None, seq: int = 0
) -> dict[str, Any]:
    from datetime import UTC, datetime

    def iso(second: float) -> str:
        return iso_utc(datetime.fromtimestamp(START_S + second, UTC))

    return {
        "session_uid": f"s-{speaker}",
        "segment_id": f"s-{speaker}:{seq}",
        "text": text,
        "completed": completed,
        "speaker": speaker,
        "absolute_start_time": iso(at_s),
        "absolute_end_time": iso(end_s),
    }


def frame(arrived_s: float, *segments: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    return START_S + arrived_s, {
        "type": "transcript.mutable",
        "payload": {"segments": list(segments)},
    }


def said(text: str, participant: str, at_s: float, word_s: float = 0.5) -> list[SaidWord]:
    return [
        SaidWord(word, participant, START_S + at_s + word_s * (index + 1))
        for index, word in enumerate(text.split())
    ]


def heard(text: str, name: str | None, at_s: float, word_s: float = 0.5) -> list[HeardWord]:
    return [
        HeardWord(word, name, START_S + at_s + word_s * (index + 0.5), START_S + at_s + 3, 0.0)
        for index, word in enumerate(text.split())
    ]


def test_everything_right() -> None:
    result = score(said("one two three", "a", 0), heard("one two three", "a", 0))
    assert (result.wer, result.named_right, result.named_wrong_words) == (0.0, 1.0, 0)


def test_a_word_under_another_name_is_wrong() -> None:
    result = score(
        said("red green blue", "a", 0) + said("white", "b", 2),
        heard("red green", "a", 0) + heard("blue", "b", 1) + heard("white", "b", 2),
    )
    assert result.named_wrong_words == 1
    assert result.named_right == pytest.approx(3 / 4)
    assert result.wer == pytest.approx(2 / 4)


def test_a_word_without_a_name_is_unnamed_not_wrong() -> None:
    result = score(said("one two", "a", 0), heard("one", "a", 0) + heard("two", None, 0.5))
    assert (result.unnamed, result.named_wrong_words) == (0.5, 0)


def test_the_same_word_said_by_two_people_is_no_mistake() -> None:
    result = score(
        said("yes", "a", 0) + said("yes", "b", 0.2), heard("yes", "a", 0) + heard("yes", "b", 0.2)
    )
    assert (result.named_right, result.named_wrong_words) == (1.0, 0)


def test_a_word_heard_out_of_order_is_still_its_speakers() -> None:
    result = score(
        said("no", "a", 0) + said("yes no well", "b", 0.2), heard("no yes well", "b", 0.2)
    )
    assert result.named_wrong_words == 0
    assert result.named_right == 1.0


def test_a_misheard_word_is_its_own_speakers_though_another_said_the_same_before() -> None:
    result = score(
        said("the", "a", 0) + said("see that now", "b", 1.0), heard("see the now", "b", 1.0)
    )
    assert (result.named_wrong_words, result.named_right, result.wer) == (0, 1.0, 2 / 4)


def test_a_word_under_another_name_is_wrong_though_that_one_was_misheard_near_it() -> None:
    result = score(
        said("red green", "a", 0) + said("that now", "b", 1.0),
        heard("red", "a", 0) + heard("green now", "b", 0.5, word_s=0.75),
    )
    assert result.named_wrong_words == 1


def test_a_missed_word_is_not_taken_from_far_away() -> None:
    result = score(said("the", "a", 0), heard("the", "b", 60))
    assert (result.named_wrong_words, result.named_right) == (0, 0.0)


def test_names_that_nobody_bears_are_insertions() -> None:
    assert score(said("red", "a", 0), heard("red", "a", 0) + heard("x y", "z", 9)).wer == 2.0


def test_word_is_shown_by_the_first_draft_that_holds_it() -> None:
    words = read_frames(
        [
            frame(1.0, segment("hello", at_s=0, end_s=1, completed=False, speaker="a")),
            frame(2.0, segment("hello word", at_s=0, end_s=2, completed=False, speaker="a")),
            frame(3.0, segment("Hello, world.", at_s=0, end_s=2, completed=True, speaker="a")),
        ]
    )
    shown = {word.text: word.shown_s - START_S for word in words}
    assert shown == {"hello": 1.0, "world": 3.0}
    assert {word.final_s - START_S for word in words} == {3.0}


def test_a_word_said_twice_is_shown_twice() -> None:
    words = read_frames(
        [
            frame(1.0, segment("no", at_s=0, end_s=1, completed=True, speaker="a")),
            frame(2.0, segment("no", at_s=1, end_s=2, completed=False, speaker="a", seq=1)),
            frame(3.0, segment("no", at_s=1, end_s=2, completed=True, speaker="a", seq=1)),
        ]
    )
    assert [word.shown_s - START_S for word in words] == [1.0, 2.0]


def test_a_draft_carried_into_the_next_segment_keeps_its_first_showing() -> None:
    words = read_frames(
        [
            frame(1.0, segment("one two", at_s=0, end_s=2, completed=False, speaker="a")),
            frame(2.0, segment("one", at_s=0, end_s=1, completed=True, speaker="a")),
            frame(4.0, segment("two", at_s=1, end_s=2, completed=True, speaker="a", seq=1)),
        ]
    )
    assert [word.shown_s - START_S for word in words] == [1.0, 1.0]


def test_a_final_that_comes_again_is_heard_once() -> None:
    final = segment("one", at_s=0, end_s=1, completed=True, speaker="a")
    assert len(read_frames([frame(1.0, final), frame(2.0, final)])) == 1


def test_delays_are_measured_from_the_end_of_the_word() -> None:
    words = [HeardWord("one", "a", START_S + 0.3, START_S + 1.5, START_S + 4.5)]
    result = score(said("one", "a", 0), words)
    assert (result.draft_p50_s, result.final_p95_s) == (1.0, 4.0)


def test_times_without_zone_are_utc() -> None:
    assert parse_iso("2026-01-01T00:00:00").tzinfo is not None
