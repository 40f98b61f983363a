"""What a bot is started with, what it reports, and what it is told.

A bot gets one `BotLaunch` as JSON on its standard input, and nothing else: no store, no service
secret. It reports by HTTP to the bot manager with its MeetingToken, and learns its orders from
the answers to its heartbeat.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vexa.contracts.meeting import LONGEST_NAME, MOST_PARTICIPANTS, MeetingStatus, Outcome


class AutomaticLeave(BaseModel):
    """When a bot leaves by itself, in milliseconds (the wire's unit and names)."""

    model_config = ConfigDict(extra="ignore")

    max_bot_time: int = Field(14_400_000, gt=0, description="longest stay, ms")
    max_wait_for_admission: int = Field(900_000, gt=0, description="longest time in the lobby, ms")
    max_time_left_alone: int = Field(60_000, gt=0, description="alone after others left, ms")
    no_one_joined_timeout: int = Field(600_000, gt=0, description="alone since joining, ms")
    silence_timeout: int = Field(1_200_000, ge=0, description="nobody heard, ms; 0: never leave")


class SpeechWishes(BaseModel):
    """How what is said in a meeting becomes text."""

    language: str | None = Field(None, description="Whisper code; None to detect it")
    task: Literal["transcribe", "translate"] = "transcribe"
    allowed_languages: list[str] | None = Field(
        None, description="what a detection may find; None allows all"
    )
    hotwords: str | None = Field(None, repr=False, description="names and terms to expect")


class BrowserAccess(BaseModel):
    """What a bot's Chromium may reach beyond production's defaults. Empty in production."""

    host_rules: str | None = Field(None, description="MAP and EXCLUDE rules of a bot's way out")
    ca_file: str | None = Field(None, description="PEM of an extra authority for the profile")
    loopback_media: bool = Field(False, description="allow WebRTC over 127.0.0.1")


class Cookie(BaseModel):
    """One cookie, with the names that Playwright's storage state has."""

    model_config = ConfigDict(extra="ignore")

    name: str
    value: str = Field(repr=False)
    domain: str = Field(min_length=1)
    path: str = "/"
    expires: float = Field(-1, description="seconds since 1970; -1: with the browser's session")
    httpOnly: bool = False
    secure: bool = False
    sameSite: Literal["Strict", "Lax", "None"] = "Lax"


class Account(BaseModel):
    """A signed-in account of a platform: the cookies of its session."""

    model_config = ConfigDict(extra="ignore")

    cookies: list[Cookie] = Field(min_length=1, max_length=500, repr=False)

    def of_its_sites(self, cookies: list[Cookie]) -> Account:
        """Return those of `cookies` that are of a site that this account has a cookie of.

        Raises:
            ValueError: none is.
        """
        sites = {cookie.domain.lstrip(".").lower() for cookie in self.cookies}
        kept = [
            cookie
            for cookie in cookies
            if any(f".{cookie.domain.lstrip('.').lower()}".endswith(f".{site}") for site in sites)
        ]
        return Account(cookies=kept)


#: Where a bot leaves the cookies of its account, in its work folder.
ACCOUNT_FILE = "account.json"


class BotLaunch(BaseModel):
    """Everything one bot process needs. `connection_id` is the session uid of the whole stay."""

    model_config = ConfigDict(extra="forbid")

    meeting_id: int
    connection_id: str
    correlation_id: str
    platform: str
    native_meeting_id: str
    meeting_url: str
    hosts: list[str] = Field(
        [], description="hosts besides the platform's own that the page may be on"
    )
    passcode: str | None = Field(None, repr=False, description="what the meeting asks of guests")
    bot_name: str
    account: Account | None = Field(
        None, repr=False, description="joins with it or not at all; None: as a guest"
    )
    speech: SpeechWishes = SpeechWishes()
    token: str = Field(repr=False, description="MeetingToken")
    manager_url: str
    whisperlive_url: str
    automatic_leave: AutomaticLeave = AutomaticLeave()
    help_wait_s: float = Field(
        0.0, ge=0, description="how long a page that a person could fix is waited at; 0: not at all"
    )
    notice: str | None = Field(None, description="text for the meeting's chat after admission")
    chromium_path: str | None = None
    browser: BrowserAccess = BrowserAccess()
    sound_sink: bool = Field(
        False, description="its browser plays into a sound server of the bot's own, as last resort"
    )
    own_display: bool = Field(
        True,
        description="a display of the bot's own, and its pointer, where the platform wants one",
    )
    work_dir: str = Field(description="folder of this bot alone: profile, screenshots")
    log_level: str = "info"


class HelpNeeded(BaseModel):
    """What a bot needs a person for, and how long it waits for one."""

    what: Outcome = Field(description="how it ends if nobody helps")
    until: str = Field(description="YYYY-MM-DDTHH:MM:SS.mmmZ")


#: Names of everybody who has been in the meeting besides the bot, in the order in which they came.
_Names = Annotated[
    list[Annotated[str, Field(max_length=LONGEST_NAME)]], Field(max_length=MOST_PARTICIPANTS)
]


class StatusReport(BaseModel):
    """POST /bots/internal/callback/status_change: a move, or the end when `outcome` is set."""

    connection_id: str
    status: MeetingStatus
    outcome: Outcome | None = None
    reason: str | None = Field(None, description="page step or cause, for a person; no names")
    help: HelpNeeded | None = Field(None, description="with the status needs_help")
    notice_posted: bool | None = Field(
        None, description="with an end, as in the heartbeat, which may be too late for a short stay"
    )
    exit_code: int | None = None
    names: _Names | None = Field(
        None, repr=False, description="with the end; None: the bot was never in"
    )
    error_details: dict[str, Any] | None = None
    timestamp: str | None = None


class ReportAnswer(BaseModel):
    """The answer to a report. A bot takes `processed`, `ok`, `ignored` as received."""

    status: Literal["processed", "ok", "ignored", "error"]
    meeting_id: int | None = None
    meeting_status: str | None = None
    detail: str | None = None


class Hears(StrEnum):
    """By what a bot in its meeting hears."""

    #: By the page's own tracks.
    PAGE = "page"
    #: By what the browser plays, since no track of the page brings sound.
    SINK = "sink"
    #: No audible sound has come so far, or none comes any more though somebody speaks.
    NOTHING = "nothing"


class Heartbeat(BaseModel):
    """POST /bots/internal/callback/heartbeat: held up to a few seconds until there is an order."""

    connection_id: str
    state: str = Field(description="the bot's own lifecycle state")
    tracks: int = 0
    participants: int = 0
    names: _Names | None = Field(
        None, repr=False, description="None: as the manager last took them"
    )
    audio_s: float = Field(0.0, description="speech audio sent so far, seconds")
    notice_posted: bool | None = Field(
        None, description="whether the notice is in the meeting's chat; None: not tried"
    )
    hears: Hears | None = Field(None, description="None: too early to say")
    config_revision: int | None = Field(
        None, description="the newest change of `SpeechWishes` that it follows; None: it takes none"
    )


class OrderKind(StrEnum):
    """What a bot can be told."""

    LEAVE = "leave"
    RECONFIGURE = "reconfigure"


class Order(BaseModel):
    """One order to a bot. Orders are state, not events: the same one may come again.

    `reconfigure` has both other fields, the whole of what holds now, and comes until a heartbeat
    names its revision.
    """

    action: OrderKind
    config_revision: int | None = None
    speech: SpeechWishes | None = None


class HeartbeatAnswer(BaseModel):
    """What the bot should do now; empty when nothing."""

    status: Literal["ok", "unknown"] = "ok"
    orders: list[Order] = []


#: Exit codes of a bot process: 0 after a reported end, else see the log.
EXIT_REPORTED = 0
EXIT_UNREPORTED = 70
EXIT_BAD_LAUNCH = 64
