"""What the live feed and the transcript say of a meeting."""

from __future__ import annotations

from typing import Any

from tests.bench.scorecard import seen


def segment(key: str, text: str, speaker: str | None = None, *, final: bool = True) -> Any:
    return {"segment_id": key, "text": text, "speaker": speaker, "completed": final}


def frame(*segments: Any) -> dict[str, Any]:
    return {"type": "transcript.mutable", "payload": {"segments": list(segments)}}


def test_the_furthest_status_is_the_last_on_the_way_in_whatever_came_after() -> None:
    moves = [{"to": status} for status in ("joining", "awaiting_admission", "stopping", "failed")]
    assert seen.furthest(moves) == "awaiting_admission"
    assert seen.furthest([]) == "requested"


def test_the_first_text_is_the_first_word_and_no_status() -> None:
    status = {"type": "meeting.status", "payload": {"status": "active"}}
    frames = [(1.0, status), (2.0, frame(segment("a", " "))), (3.0, frame(segment("a", "Hi")))]
    assert seen.first_text_s(frames) == 3.0
    assert seen.first_text_s(frames[:2]) is None


def test_names_that_come_late_count_as_they_are_at_the_end() -> None:
    frames = [(1.0, frame(segment("a", "one"), segment("b", "two", "Ada")))]
    named = seen.with_last_names(frames, [segment("a", "one", "Bob")])
    assert [one["speaker"] for one in seen.segments_of(named)] == ["Bob", "Ada"]


def test_a_change_from_one_name_to_another_is_counted_and_a_late_name_is_not() -> None:
    late = [(1.0, frame(segment("a", "one"))), (2.0, frame(segment("a", "one", "Ada")))]
    assert seen.renamed(late) == 0
    assert seen.renamed([*late, (3.0, frame(segment("a", "one", "Bob")))]) == 1


def test_words_of_drafts_that_vanished_count_too() -> None:
    frames = [
        (1.0, frame(segment("a", "thank you", final=False))),
        (2.0, frame(segment("b", "yes", final=False))),
        (3.0, frame(segment("b", "", final=True))),
    ]
    assert seen.words_shown(frames, [segment("c", "so it is")]) == 6
