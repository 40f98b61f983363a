"""Arguments of the tools, under the names that MCP clients of every generation know.

Unlike a body of the REST routes, a tool refuses an argument that it does not have: a model that
misspells one would otherwise be told that it was honoured.
"""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

#: Upper end of Postgres's `integer`, which ids are.
_MAX_ID = 2**31 - 1


class NoArguments(BaseModel):
    """For tools that need nothing but the key."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class OneMeeting(NoArguments):
    """A meeting, as the user knows it. REST's names are taken as well."""

    meeting_platform: str = Field(
        "google_meet",
        description="Platform of the meeting, such as google_meet.",
        validation_alias=AliasChoices("meeting_platform", "platform"),
    )
    meeting_id: str = Field(
        description="The platform's own id of the meeting, such as abc-defg-hij.",
        validation_alias=AliasChoices("meeting_id", "native_meeting_id"),
    )


class OneStay(OneMeeting):
    """A meeting, and optionally which of the bot's stays in it."""

    meeting_db_id: int | None = Field(
        None,
        ge=0,
        le=_MAX_ID,
        description="This server's id of one stay; the newest when left out.",
    )


class MeetingLink(NoArguments):
    """What a person pastes."""

    meeting_url: str = Field(description="A meeting link, or the text of a whole invitation.")


class BotWanted(NoArguments):
    """Where a bot shall go: by link, or by platform and id."""

    meeting_url: str | None = Field(
        None, description="Meeting link or invitation text; instead of native_meeting_id."
    )
    native_meeting_id: str | None = Field(
        None, description="The platform's own id of the meeting; instead of meeting_url."
    )
    platform: str = Field(
        "google_meet",
        description="Platform of native_meeting_id; a link says it itself.",
        validation_alias=AliasChoices("platform", "meeting_platform"),
    )
    passcode: str | None = Field(None, description="Passcode, where the meeting has one.")
    bot_name: str | None = Field(None, description="Name that the bot shows in the meeting.")
    language: str | None = Field(
        None, description="Whisper language code such as 'en'; detected when left out."
    )
    task: str | None = Field(None, description="transcribe (the default) or translate.")
    allowed_languages: list[str] | None = Field(
        None, description="Whisper language codes that a detection may find; all when left out."
    )
    hotwords: str | None = Field(None, description="Names and terms to expect, in one line.")

    @model_validator(mode="after")
    def _one_address(self) -> BotWanted:
        if bool(self.meeting_url) == bool(self.native_meeting_id):
            raise ValueError("give exactly one of meeting_url and native_meeting_id")
        return self


class BotSettings(OneMeeting):
    """What of a running bot may change."""

    language: str = Field(description="Whisper language code; empty to detect it.")
    task: str | None = Field(None, description="transcribe (the default) or translate.")
    allowed_languages: list[str] | None = Field(
        None, description="Whisper language codes that a detection may find; all when left out."
    )
    hotwords: str | None = Field(
        None, description="Names and terms to expect, in one line; stay when left out."
    )


class Page(NoArguments):
    """A part of a list, newest first."""

    limit: int = Field(20, ge=1, le=100, description="How many to return.")
    offset: int = Field(0, ge=0, le=_MAX_ID, description="How many to pass over.")


class MeetingsWanted(Page):
    """Which meetings."""

    status: str | None = Field(None, description="Only meetings in this status, such as active.")
    platform: str | None = Field(None, description="Only meetings on this platform.")


class MeetingNotes(OneMeeting):
    """What a user may write on a meeting; what is left out stays as it is."""

    name: str | None = Field(None, description="Title of the meeting.")
    participants: list[str] | None = Field(None, description="Names of who took part.")
    languages: list[str] | None = Field(None, description="Whisper language codes that were used.")
    notes: str | None = Field(None, description="Free text.")


class RecordingsWanted(Page):
    """Which recordings."""

    limit: int = Field(50, ge=1, le=100, description="How many to return.")
    meeting_db_id: int | None = Field(None, description="Only recordings of this stay.")


class OneRecording(NoArguments):
    """A recording."""

    recording_id: int = Field(ge=0, le=_MAX_ID, description="This server's id of the recording.")


class OneMediaFile(OneRecording):
    """A file of a recording."""

    media_file_id: int = Field(ge=0, le=_MAX_ID, description="This server's id of the file.")


class RecordingSettings(NoArguments):
    """Whether and what the user's bots record; what is left out stays as it is."""

    enabled: bool | None = Field(None, description="Whether bots record.")
    capture_modes: list[str] | None = Field(None, description="What they record, such as audio.")


class BundleWanted(OneMeeting):
    """What a summary of a meeting shall hold."""

    include_segments: bool = Field(False, description="With the transcript's segments.")
    include_share_link: bool = Field(True, description="With a fresh public link to the text.")
    share_ttl_seconds: int | None = Field(86400, description="How long that link holds, seconds.")
    include_recordings: bool = Field(True, description="With the list of recordings.")
    include_media_download_urls: bool = Field(
        False, description="With a download address for each file of the recordings."
    )


class ShareWanted(OneStay):
    """A public link to a transcript."""

    ttl_seconds: int | None = Field(None, description="How long the link holds, seconds.")
