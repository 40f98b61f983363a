"""Bodies of `/meetings` and the meeting that `POST /bots` returns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class MeetingResponse(BaseModel):
    """A meeting row. Row times are naive UTC, as in generation 0.6."""

    id: int
    user_id: int
    platform: str
    native_meeting_id: str | None
    constructed_meeting_url: str | None
    status: str
    bot_container_id: str | None
    start_time: datetime | None
    end_time: datetime | None
    data: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class MeetingList(BaseModel):
    """GET /meetings: newest first."""

    meetings: list[MeetingResponse]
