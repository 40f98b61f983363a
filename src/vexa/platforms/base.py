"""What a meeting product must say and do, and the few things it may do with a page.

A platform never touches a browser library: it works on a `MeetingPage`, which the bot implements,
and judges a `PageView`, which is data. So its judgement is tested without a browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from vexa.contracts.meeting import Outcome, PlatformName


@dataclass(frozen=True, slots=True)
class MeetingAddress:
    """Where one meeting is.

    Attributes:
        platform: the product.
        native_id: its meeting code, normalised; store and compare this one.
        url: the address as people share it, without passcode (`constructed_meeting_url`).
        join_url: the address that a bot opens (`BotLaunch.meeting_url`); may hold the passcode.
        passcode: what the platform asks of guests, if the client or the link gave it.
    """

    platform: PlatformName
    native_id: str
    url: str
    join_url: str = field(repr=False)
    passcode: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AddressOptions:
    """What decides about an address besides its id.

    Attributes:
        jitsi_hosts: deployments of Jitsi that an operator named, in lower case.
        teams_host: front door of a Teams meeting that is given by its id alone.
        passcode: what came beside a link; counts when the link itself has none.
    """

    jitsi_hosts: frozenset[str] = frozenset()
    teams_host: str | None = None
    passcode: str | None = field(default=None, repr=False)


def plain(text: str) -> str:
    """Fold what pages write in several ways: typographic apostrophes, dots, spaces, case."""
    folded = text.replace("’", "'").replace("ʼ", "'").replace("…", "...").replace("\u00a0", " ")
    return " ".join(folded.split()).casefold()


@dataclass(frozen=True, slots=True)
class Element:
    """One visible element. `label` is its aria-label, `mark` the attribute that a probe names."""

    text: str = ""
    label: str = ""
    mark: str = ""
    enabled: bool = True
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class PageView:
    """What a page shows at one moment.

    Attributes:
        url: address of the main frame.
        text: visible text, as `plain` folds it.
        found: probe name → visible elements, in document order.
        console: recent error lines of the page's console.
    """

    url: str = ""
    text: str = ""
    found: Mapping[str, tuple[Element, ...]] = field(default_factory=dict)
    console: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Host of the main frame."""
        return urlsplit(self.url).hostname or ""

    def has(self, probe: str) -> bool:
        """Tell whether the probe found something visible."""
        return bool(self.found.get(probe))

    def elements(self, probe: str) -> tuple[Element, ...]:
        """Return what a probe found."""
        return self.found.get(probe, ())

    def says(self, phrases: Iterable[str]) -> str | None:
        """Return the first of `phrases` that the page shows, whatever its apostrophes and case."""
        return next((phrase for phrase in phrases if plain(phrase) in self.text), None)


class Stage(StrEnum):
    """Where the page has the bot."""

    UNKNOWN = "unknown"
    PREJOIN = "prejoin"
    LOBBY = "lobby"
    CONSENT = "consent"
    IN_MEETING = "in_meeting"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a view means. `outcome` is set when the stage is OVER; `reason` names no person."""

    stage: Stage
    reason: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """What to look for: a CSS selector, or an XPath that begins with `//`.

    `mark` is an attribute whose value is wanted of each element found.
    """

    selector: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One device of the meeting, as the platform's roster has it.

    Attributes:
        device_id: the platform's id; never shown to anyone.
        name: as people see it; empty when the platform gave none.
        present: whether the device is in the meeting now.
        is_self: whether it is the bot's own.
        parent_device_id: set when this is a presentation of that device.
    """

    device_id: str
    name: str
    present: bool = True
    is_self: bool = False
    parent_device_id: str = ""


@dataclass(frozen=True, slots=True)
class RosterChange:
    """News about devices and about which audio stream is whose. Not a full list."""

    people: tuple[Person, ...] = ()
    streams: Mapping[str, str] = field(default_factory=dict)


class MeetingPage(Protocol):
    """The page actions a platform may use. Each is bounded in time; a dead page is a JoinError."""

    async def open(self, url: str) -> None:
        """Load an address."""
        ...

    async def look(self) -> PageView:
        """Return what the page shows now, by the platform's probes."""
        ...

    async def click(self, selector: str) -> bool:
        """Click the first visible, enabled match as a person would; False if there is none."""
        ...

    async def type_text(self, selector: str, text: str) -> bool:
        """Focus the first visible match and type into it; False if there is none."""
        ...

    async def press(self, key: str) -> None:
        """Press one key."""
        ...

    async def stir(self) -> None:
        """Move the mouse a little, so that hidden controls appear."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let the page work."""
        ...


class Platform(Protocol):
    """A meeting product.

    Attributes:
        hosts: hosts that the main frame of a meeting may be on.
        probes: what `MeetingPage.look` looks for.
        roster_channels: labels of data channels whose messages are roster news.
        roster_path: part of the URL of HTTP answers that are roster news.
    """

    hosts: frozenset[str]
    probes: Mapping[str, Probe]
    roster_channels: frozenset[str]
    roster_path: str

    async def knock(self, page: MeetingPage, url: str, bot_name: str) -> None:
        """Go from the address to the press of the join button. Raises JoinError."""
        ...

    def judge_admission(self, view: PageView) -> Judgement:
        """Say where the bot is between its knock and its admission."""
        ...

    def judge_stay(self, view: PageView) -> Judgement:
        """Say whether an admitted bot is still in the meeting."""
        ...

    def people_shown(self, view: PageView) -> tuple[Person, ...]:
        """Return the people whose tiles the page shows, the bot itself marked."""
        ...

    def decode_channel(self, message: bytes) -> RosterChange:
        """Read a roster message of a data channel. Raises ValueError."""
        ...

    def decode_answer(self, body: bytes) -> RosterChange:
        """Read a roster answer of HTTP. Raises ValueError."""
        ...

    async def tidy(self, page: MeetingPage, view: PageView) -> None:
        """Dismiss dialogs that stand between the bot and the meeting."""
        ...

    async def post_chat(self, page: MeetingPage, text: str) -> bool:
        """Write one message into the chat; False where that is not possible."""
        ...

    async def leave(self, page: MeetingPage) -> None:
        """Leave politely, best effort."""
        ...
