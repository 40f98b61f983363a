"""Pure: what changed → the frames of the live feed, in both transcript dialects (wire.md §2)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from vexa.contracts.http.transcripts import Segment
from vexa.contracts.live_feed import Dialect
from vexa.contracts.times import iso_utc

#: Most segments of one frame; naming an hour of speech makes several frames, not a huge one.
FRAME_SEGMENTS = 50


def frames(meeting_id: int, segments: Sequence[Segment], at: datetime) -> list[str]:
    """Return the JSON texts to publish for segments that are new or changed.

    Args:
        meeting_id: whose segments they are.
        segments: finals and drafts, in order; blank drafts take a segment back.
        at: when they changed.
    """
    texts: list[str] = []
    for offset in range(0, len(segments), FRAME_SEGMENTS):
        part = [_wire(segment) for segment in segments[offset : offset + FRAME_SEGMENTS]]
        texts.append(json.dumps(_mutable(meeting_id, part, at), ensure_ascii=False))
        texts += [json.dumps(f, ensure_ascii=False) for f in _bundles(meeting_id, part, at)]
    return texts


def _mutable(meeting_id: int, segments: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    return {
        "type": Dialect.MUTABLE,
        "meeting": {"id": meeting_id},
        "payload": {"segments": segments},
        "ts": iso_utc(at),
    }


def _bundles(
    meeting_id: int, segments: list[dict[str, Any]], at: datetime
) -> Iterator[dict[str, Any]]:
    for speaker, group in groupby(segments, key=lambda segment: segment["speaker"]):
        items = list(group)
        yield {
            "type": Dialect.BUNDLE,
            "meeting": {"id": meeting_id},
            "speaker": speaker,
            "confirmed": [item for item in items if item["completed"]],
            "pending": [item for item in items if not item["completed"]],
            "ts": iso_utc(at),
        }


def _wire(segment: Segment) -> dict[str, Any]:
    status = "MAPPED" if segment.speaker else "UNKNOWN"
    return {
        **segment.model_dump(mode="json", exclude={"created_at"}),
        "speaker_mapping_status": status,
    }
