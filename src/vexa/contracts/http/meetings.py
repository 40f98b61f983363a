"""Bodies of `/meetings` and the meeting that `POST /bots` returns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from vexa.contracts.http.row_times import RowTime
from vexa.contracts.languages import LANGUAGE_CODES
from vexa.contracts.meeting import LONGEST_NAME, MOST_PARTICIPANTS

#: A hundred years.
MAX_RETENTION_DAYS = 36_500


class MeetingResponse(BaseModel):
    """A meeting row. Row times are naive UTC, as in generation 0.6."""

    id: int
    user_id: int
    platform: str
    native_meeting_id: str | None
    constructed_meeting_url: str | None
    status: str
    bot_container_id: str | None
    start_time: RowTime | None
    end_time: RowTime | None
    data: dict[str, Any] = Field(
        description="At the end `participants` and `languages` are filled, unless the user wrote "
        "them: names of who was there besides the bot, and codes, the most spoken first."
    )
    created_at: RowTime
    updated_at: RowTime
    retention_days: int | None = Field(
        None, description="days after the end at which it is erased; null: RETENTION_DAYS"
    )


class MeetingList(BaseModel):
    """GET /meetings: newest first."""

    meetings: list[MeetingResponse]


class MeetingPage(BaseModel):
    """GET /bots: newest first, with short `data` unless `include=data`."""

    meetings: list[MeetingResponse]
    has_more: bool


_Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class MeetingNotes(BaseModel):
    """What a user may write about a meeting. What is null or left out stays."""

    model_config = ConfigDict(extra="ignore")

    name: _Name | None = None
    participants: list[_Name] | None = Field(None, max_length=MOST_PARTICIPANTS)
    languages: list[str] | None = Field(None, max_length=100, description="Whisper codes")
    notes: str | None = Field(None, max_length=100_000)

    @field_validator("languages")
    @classmethod
    def _known(cls, value: list[str] | None) -> list[str] | None:
        unknown = sorted(set(value or ()) - LANGUAGE_CODES)
        if unknown:
            raise ValueError(
                f"unknown language codes; allowed: {', '.join(sorted(LANGUAGE_CODES))}"
            )
        return value


class MeetingPatch(BaseModel):
    """PATCH /meetings/…"""

    model_config = ConfigDict(extra="ignore")

    data: MeetingNotes | None = None
    retention_days: int | None = Field(
        None,
        ge=0,
        le=MAX_RETENTION_DAYS,
        description="days after the meeting's end at which it is erased; "
        "null goes back to the server's RETENTION_DAYS",
    )


class ShareAnswer(BaseModel):
    """A link by which anyone can read a transcript for some time, with the keys of 0.7 and 0.12."""

    share_id: str
    url: str
    expires_at: datetime
    expires_in_seconds: int
    id: str
    token: str
    mode: str
