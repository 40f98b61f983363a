"""What the live feed and the transcript say of one meeting. Pure."""

from __future__ import annotations

from typing import Any

from vexa.demo.api_client import Frame
from vexa.demo.heard import plain_words

Segment = dict[str, Any]
#: Statuses of a bot on its way in, in order.
WAY = ("requested", "joining", "awaiting_admission", "active")


def furthest(transitions: list[dict[str, Any]]) -> str:
    """Return how far into a meeting a bot came."""
    seen = {str(entry["to"]) for entry in transitions}
    return next((status for status in reversed(WAY) if status in seen), WAY[0])


def segments_of(frames: list[Frame]) -> list[Segment]:
    """Every segment of every frame, drafts too, in order of arrival."""
    return [
        segment
        for _arrived_s, frame in frames
        for segment in (frame.get("payload") or {}).get("segments", [])
    ]


def first_text_s(frames: list[Frame]) -> float | None:
    """Arrival of the first frame with a word in it, epoch seconds."""
    return next(
        (frame[0] for frame in frames if any(plain_words(s["text"]) for s in segments_of([frame]))),
        None,
    )


def with_last_names(frames: list[Frame], stored: list[Segment]) -> list[Frame]:
    """Give each segment the name that its transcript has at the end: names may come late."""
    names = {segment["segment_id"]: segment["speaker"] for segment in stored}

    def named(segment: Segment) -> Segment:
        return {**segment, "speaker": names.get(segment["segment_id"], segment["speaker"])}

    return [
        (at_s, {**frame, "payload": {"segments": [named(s) for s in segments_of([(at_s, frame)])]}})
        for at_s, frame in frames
    ]


def renamed(frames: list[Frame]) -> int:
    """Count the finals whose name was changed into another name; from none to one is no change."""
    names: dict[str, set[str]] = {}
    for segment in segments_of(frames):
        if segment["completed"] and segment["speaker"]:
            names.setdefault(segment["segment_id"], set()).add(segment["speaker"])
    return sum(len(known) > 1 for known in names.values())


def words_shown(frames: list[Frame], stored: list[Segment]) -> int:
    """Count the words of all segments that were ever shown or stored, each at its longest."""
    most: dict[str, int] = {}
    for segment in (*segments_of(frames), *stored):
        count = len(plain_words(segment["text"]))
        most[segment["segment_id"]] = max(count, most.get(segment["segment_id"], 0))
    return sum(most.values())
