"""Body of `/transcripts`, and the segment that REST and the feed share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from vexa.contracts.http.row_times import RowTime


class Segment(BaseModel):
    """A segment for readers. `start`/`end` and `start_time`/`end_time` hold the same seconds,
    counted from the session's first sample; `absolute_*` are `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    """

    start: float
    end: float
    start_time: float
    end_time: float
    text: str
    language: str | None
    speaker: str | None
    completed: bool
    segment_id: str
    session_uid: str
    created_at: RowTime | None
    updated_at: str | None
    absolute_start_time: str
    absolute_end_time: str


class TranscriptHead(BaseModel):
    """A transcript without its segments."""

    id: int
    platform: str
    native_meeting_id: str | None
    constructed_meeting_url: str | None
    status: str
    start_time: RowTime | None
    end_time: RowTime | None
    data: dict[str, Any]
    notes: str | None
    recordings: list[dict[str, Any]]


class TranscriptResponse(TranscriptHead):
    """GET /transcripts/{platform}/{native_meeting_id}: finals and the live tail, in order."""

    segments: list[Segment]
