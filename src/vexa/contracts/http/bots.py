"""Bodies of `/bots`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from vexa.contracts.http.automatic_leave import AutomaticLeaveAsked
from vexa.contracts.http.meetings import MAX_RETENTION_DAYS
from vexa.contracts.languages import LANGUAGE_CODES
from vexa.contracts.meeting import PlatformName

#: The decoder reads about 220 tokens before the speech (Whisper's half context), characters.
_MOST_HOTWORDS = 600


class SpeechAsked(BaseModel):
    """How what is said shall become text."""

    model_config = ConfigDict(extra="ignore")

    language: str | None = Field(None, description="Whisper code; empty to detect it")
    allowed_languages: list[str] | None = Field(
        None,
        max_length=100,
        description="what a detection may find; with `language`, ones that include it",
    )
    task: Literal["transcribe", "translate"] | None = Field(
        None, description="null is `transcribe`"
    )
    hotwords: str | None = Field(
        None,
        max_length=_MOST_HOTWORDS,
        description="names and terms to expect, in one line, such as `Vexa, Ada Lovelace`",
    )

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str | None) -> str | None:
        return _checked_language(value, "language") if value else None

    @field_validator("allowed_languages")
    @classmethod
    def _known_languages(cls, value: list[str] | None) -> list[str] | None:
        checked = [_checked_language(item, "allowed_languages") for item in value or []]
        return list(dict.fromkeys(checked)) or None

    @field_validator("hotwords")
    @classmethod
    def _one_line_of_words(cls, value: str | None) -> str | None:
        return _one_line(value, "hotwords")


class BotConfig(SpeechAsked):
    """PUT /bots/{platform}/{native_meeting_id}/config.

    Replaces language, allowed languages and task as a whole: what is null or left out goes back to
    its default. `hotwords` stay as they are when they are left out.
    """


class MeetingCreate(SpeechAsked):
    """POST /bots: `platform` and `native_meeting_id`, or `meeting_url`, or both.

    Unknown keys are ignored; the platform checks its own id and passcode. What this server cannot
    do yet is listed and answers 501 when it is asked for.
    """

    model_config = ConfigDict(extra="ignore")

    meeting_url: str | None = Field(
        None, max_length=20_000, description="a link, or the text of an invitation"
    )
    platform: PlatformName | None = None
    native_meeting_id: str | None = Field(None, max_length=255)
    passcode: str | None = Field(None, max_length=128)
    teams_base_host: str | None = Field(
        None, max_length=253, description="front door of a Teams meeting that is given by its id"
    )
    bot_name: str | None = Field(None, max_length=100)
    automatic_leave: AutomaticLeaveAsked | None = Field(
        None,
        description="when the bot leaves by itself; what is left out is the user's "
        "`data.bot_config`, else the server's",
    )
    retention_days: int | None = Field(
        None,
        ge=0,
        le=MAX_RETENTION_DAYS,
        description="days after the meeting's end at which it is erased; "
        "null is the server's RETENTION_DAYS",
    )

    mode: Literal["meeting", "browser_session"] | None = Field(
        None, description="browser_session: 501"
    )
    transcription_tier: Literal["realtime", "deferred"] | None = Field(
        None, description="deferred: 501"
    )
    transcribe_enabled: bool | None = Field(None, description="false: 501")
    recording_enabled: bool | None = Field(None, description="true: 501")
    voice_agent_enabled: bool | None = Field(None, description="true: 501")
    agent_enabled: bool | None = Field(None, description="true: 501")
    video: bool | None = Field(None, description="true: 501")
    authenticated: bool | None = Field(
        None,
        description="true: join with this server's account or fail; 501 where it has none",
    )
    dry_run: bool | None = Field(None, description="true: 501")
    default_avatar_url: str | None = Field(None, description="any value: 501")
    zoom_obf_token: str | None = Field(None, description="any value: 501")

    @field_validator("platform", "meeting_url", "teams_base_host", mode="before")
    @classmethod
    def _blank_is_none(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("native_meeting_id")
    @classmethod
    def _not_blank(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value.strip():
            return value.strip()
        if value is not None and info.data.get("meeting_url") is None:
            raise ValueError("native_meeting_id cannot be empty")
        return None

    @model_validator(mode="after")
    def _names_a_meeting(self) -> MeetingCreate:
        by_id = self.platform is not None and self.native_meeting_id is not None
        if not by_id and self.meeting_url is None and self.mode != "browser_session":
            raise ValueError("platform and native_meeting_id, or meeting_url, are required")
        return self

    @field_validator("bot_name")
    @classmethod
    def _one_line_of_name(cls, value: str | None) -> str | None:
        return _one_line(value, "bot_name")


def _one_line(value: str | None, field: str) -> str | None:
    if value is None or not value.strip():
        return None
    if not value.isprintable():
        raise ValueError(f"{field} must be one line of printable characters")
    return value.strip()


def _checked_language(value: str, field: str) -> str:
    if value not in LANGUAGE_CODES:
        raise ValueError(
            f"{field} must be a Whisper language code such as 'en', or empty to detect it; "
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
