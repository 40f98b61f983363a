"""What is taken from the stream, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vexa.bus.streams import Entry
from vexa.contracts.whisper_protocol import Transcription
from vexa.transcription_collector.entries import BadEntry, parse_message, spoken_of
from vexa.transcription_collector.feed import FRAME_SEGMENTS, frames
from vexa.transcription_collector.live_transcript import written_time
from vexa.transcription_collector.merge import to_segment

SEGMENT: dict[str, Any] = {
    "start": "1.500",
    "end": "2.250",
    "text": "hi",
    "completed": True,
    "segment_id": "s:0",
    "seq": 0,
}
MESSAGE: dict[str, Any] = {
    "type": "transcription",
    "uid": "s",
    "meeting_id": 1,
    "start_timestamp": "2026-11-25T10:00:00.000Z",
    "segments": [SEGMENT],
}


def parse(**changes: Any) -> Transcription:
    message = parse_message(json.dumps({**MESSAGE, **changes}))
    assert isinstance(message, Transcription)
    return message


def test_absolute_times_count_from_the_start_of_the_session() -> None:
    finals, drafts = spoken_of(parse())
    assert drafts == []
    shown = to_segment(finals[0].segment, completed=True, updated_at=finals[0].segment.absolute_end)
    assert shown.absolute_start_time == "2026-11-25T10:00:01.500Z"
    assert shown.absolute_end_time == "2026-11-25T10:00:02.250Z"


def test_entry_without_a_type_is_a_transcription() -> None:
    without = {key: value for key, value in MESSAGE.items() if key != "type"}
    assert isinstance(parse_message(json.dumps(without)), Transcription)


def test_inverted_times_are_swapped_and_unstorable_characters_dropped() -> None:
    odd = {**SEGMENT, "start": "3", "end": "1", "text": "a\x00bc"}
    finals, _ = spoken_of(parse(segments=[odd]))
    segment = finals[0].segment
    assert (segment.start_s, segment.end_s, segment.text) == (1.0, 3.0, "abc")


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "",
        "[]",
        "nope",
        json.dumps({"type": "dance", "uid": "s", "meeting_id": 1}),
        json.dumps({**MESSAGE, "uid": ""}),
        json.dumps({**MESSAGE, "uid": "x" * 129}),
        json.dumps({**MESSAGE, "start_timestamp": "yesterday"}),
        json.dumps({**MESSAGE, "segments": "none"}),
    ],
)
def test_bad_entry_is_refused(payload: str | None) -> None:
    with pytest.raises(BadEntry):
        parse_message(payload)


@pytest.mark.parametrize("time", ["nan", "inf", "-1", "1e300", "soon", ""])
def test_bad_time_is_refused_without_repeating_it(time: str) -> None:
    with pytest.raises(BadEntry, match=r"^time: "):
        spoken_of(parse(segments=[{**SEGMENT, "start": time}]))


def test_feed_frames_are_bounded_and_grouped_by_speaker() -> None:
    many = [{**SEGMENT, "segment_id": f"s:{n}", "seq": n} for n in range(FRAME_SEGMENTS + 1)]
    finals, _ = spoken_of(parse(segments=many))
    at = finals[0].segment.absolute_end
    shown = [to_segment(item.segment, completed=True, updated_at=at) for item in finals]
    named = [shown[0].model_copy(update={"speaker": "Ada"}), *shown[1:]]
    made = [json.loads(text) for text in frames(1, named, at)]
    assert [frame["type"] for frame in made] == [
        *("transcript.mutable", "transcript", "transcript"),
        *("transcript.mutable", "transcript"),
    ]
    assert len(made[0]["payload"]["segments"]) == FRAME_SEGMENTS
    assert [frame["speaker"] for frame in made[1:3]] == ["Ada", None]
    wire = made[0]["payload"]["segments"][0]
    assert wire["speaker_mapping_status"] == "MAPPED"
    assert set(wire) >= {"start", "end", "start_time", "end_time", "updated_at", "session_uid"}


def test_draft_time_is_the_streams_own() -> None:

    assert (
        written_time(Entry("1764064800123-4", {})).isoformat().startswith("2025-11-25T10:00:00.1")
    )
