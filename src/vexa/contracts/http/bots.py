"""Bodies of `/bots`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.languages import LANGUAGE_CODES
from vexa.contracts.meeting import PlatformName


class MeetingCreate(BaseModel):
    """POST /bots. Unknown keys are ignored; the platform checks its own id and passcode."""

    model_config = ConfigDict(extra="ignore")

    platform: PlatformName
    native_meeting_id: str = Field(max_length=255)
    bot_name: str | None = Field(None, max_length=100)
    language: str | None = None
    task: Literal["transcribe", "translate"] | None = None
    passcode: str | None = None
    automatic_leave: AutomaticLeave | None = None

    @field_validator("native_meeting_id")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("native_meeting_id cannot be empty")
        return value.strip()

    @field_validator("bot_name")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        if not value.isprintable():
            raise ValueError("bot_name must be one line of printable characters")
        return value.strip()

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str | None) -> str | None:
        if not value:
            return None
        if value not in LANGUAGE_CODES:
            raise ValueError(
                "language must be a Whisper language code such as 'en', or empty to detect it; "
                f"allowed: {', '.join(sorted(LANGUAGE_CODES))}"
            )
        return value


class BotStatus(BaseModel):
    """One running bot in GET /bots/status."""

    container_id: str
    container_name: str
    platform: str
    native_meeting_id: str | None
    status: str
    normalized_status: str
    created_at: str
    labels: dict[str, str]
    meeting_id_from_name: str
    start_time: str | None
    meeting_status: str
    data: dict[str, Any]


class BotStatusList(BaseModel):
    """GET /bots/status, with the key of every generation."""

    running_bots: list[BotStatus]
    running: list[BotStatus]
    count: int


class StopAnswer(BaseModel):
    """DELETE /bots/{platform}/{native_meeting_id}: the seed's sentence, and the later keys."""

    message: str
    status: str
    meeting_id: int


class Message(BaseModel):
    """An answer that is one sentence."""

    message: str
