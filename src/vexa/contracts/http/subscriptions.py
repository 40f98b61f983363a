"""Bodies of `/ws/authorize-subscribe`, by which the gateway asks who may follow a meeting."""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class MeetingAddress(BaseModel):
    """One meeting that a client wants to follow; both spellings of the id are taken."""

    model_config = ConfigDict(extra="ignore")

    platform: str = Field(max_length=100)
    native_id: str = Field(
        max_length=255, validation_alias=AliasChoices("native_meeting_id", "native_id")
    )


class SubscribeRequest(BaseModel):
    """What a client wants to follow."""

    meetings: list[MeetingAddress] = Field(min_length=1, max_length=100)


class AuthorizedMeeting(BaseModel):
    """A meeting of the user: the newest one at its address. Ids are strings, as on the wire."""

    platform: str
    native_id: str
    user_id: str
    meeting_id: str


class SubscribeAnswer(BaseModel):
    """What the user may follow, and one line for each that they may not."""

    authorized: list[AuthorizedMeeting]
    errors: list[str]
    user_id: int
