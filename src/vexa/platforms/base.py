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
from vexa.platforms.stalls import Seen


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

    @property
    def host(self) -> str:
        """Host of the address, which the platform's parser knows for one of its own."""
        return urlsplit(self.join_url).hostname or ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a bot goes into a meeting with.

    Attributes:
        url: the address to open, checked by the platform's parser.
        bot_name: name to show to the others.
        passcode: what the client gave; some platforms have it in `url` besides.
        signed_in: the browser has an account; the bot joins with it or not at all.
    """

    url: str = field(repr=False)
    bot_name: str
    passcode: str | None = field(default=None, repr=False)
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class AddressOptions:
    """What decides about an address besides its id.

    Attributes:
        jitsi_hosts: deployments of Jitsi that an operator named, in lower case.
        teams_host: front door of a Teams meeting that is given by its id alone.
        is_pasted: an id was found in pasted text, of an invitation as a rule.
        passcode: what came beside a link; counts when the link itself has none.
    """

    jitsi_hosts: frozenset[str] = frozenset()
    teams_host: str | None = None
    is_pasted: bool = False
    passcode: str | None = field(default=None, repr=False)


#: What a `state_script` may return under each of its names.
StateValue = str | bool | float | None


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
        state: what the platform's `state_script` returned; empty when it could not.
    """

    url: str = ""
    text: str = ""
    found: Mapping[str, tuple[Element, ...]] = field(default_factory=dict)
    console: tuple[str, ...] = ()
    state: Mapping[str, StateValue] = field(default_factory=dict)

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
    """What a view means.

    Attributes:
        stage: where the page has the bot.
        reason: page step or cause; names no person.
        outcome: set when the stage is OVER.
        stands_s: how long an OVER must last to count; 0 where the page told it in words.
        waited_out: in the lobby, how it ends when the bot's patience does.
    """

    stage: Stage
    reason: str = ""
    outcome: Outcome | None = None
    stands_s: float = 0.0
    waited_out: Outcome = Outcome.KNOCK_TIMED_OUT


@dataclass(frozen=True, slots=True)
class Probe:
    """What to look for: a CSS selector, or an XPath that begins with `//`.

    `mark` is an attribute whose value is wanted of each element found; with `around`, of the
    nearest that has it of those which the element lies in.
    """

    selector: str
    mark: str = ""
    around: bool = False


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
class Speaking:
    """Somebody began or ceased to speak, as the platform says.

    Attributes:
        device_id: theirs.
        is_on: whether they began.
        at_ms: epoch time, ms.
        may_be_a_pause: with the end of speech: it may be a pause between two words.
        pause_from_ms: with the beginning: somebody who was shown before may still speak, so it
            counts from the first pause in the sound after this time on.
    """

    device_id: str
    is_on: bool
    at_ms: float
    may_be_a_pause: bool = False
    pause_from_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RosterChange:
    """News about devices, about which audio stream is whose, and about who speaks.

    Attributes:
        people: devices with news.
        streams: name of an audio stream → device: a contributing source, or a media stream's id.
        complete: `people` is everybody who is in; others are gone.
        speaking: who began and ceased to speak.
    """

    people: tuple[Person, ...] = ()
    streams: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    speaking: tuple[Speaking, ...] = ()


class SoundBy(StrEnum):
    """How a platform's sound says whose it is."""

    #: A few anonymous tracks; each packet names its contributing source.
    CONTRIBUTOR = "contributor"
    #: Each track is one person's for ever; the names of the track tell whose.
    TRACK = "track"
    #: One mix of everybody: by contributing source where packets have one, else by `Speaking`.
    MIX = "mix"
    #: As MIX, but no track: the page plays it by Web Audio, and it is taken there.
    PLAYED = "played"


@dataclass(frozen=True, slots=True)
class TrackNames:
    """Names that the page's side of a track has: ids of its media stream and of the track."""

    stream: str = ""
    track: str = ""


#: A track that the page has no usable names for.
NAMELESS = TrackNames()
#: The track of what the page plays by Web Audio, which is the bot's own making.
PAGE_MIX = TrackNames(track="page-mix")


class MeetingPage(Protocol):
    """The page actions a platform may use. Each is bounded in time; a dead page is a JoinError."""

    async def open(self, url: str) -> None:
        """Load an address."""

    async def look(self) -> PageView:
        """Return what the page shows now, by the platform's probes."""

    async def click(self, selector: str) -> bool:
        """Click the first visible, enabled match as a person would; False if there is none."""

    async def type_text(self, selector: str, text: str) -> bool:
        """Focus the first visible match and type into it; False if there is none."""

    async def paste(self, selector: str, text: str) -> bool:
        """Put a text into the first visible match at once, as one pastes; False if not done."""

    async def press(self, key: str) -> None:
        """Press one key."""

    async def run(self, script: str, argument: str | None = None) -> bool:
        """Call a JavaScript function of the platform's in the page, with one argument.

        Returns:
            Whether it returned something true; False when it threw.
        """

    async def stir(self) -> None:
        """Move the mouse a little, so that hidden controls appear."""

    async def pause(self, seconds: float) -> None:
        """Let the page work."""


class Platform(Protocol):
    """A meeting product, as one stay of one bot sees it; it may remember what it did.

    Attributes:
        hosts: hosts that the main frame of a meeting may be on, besides that of its address.
        probes: what `MeetingPage.look` looks for.
        state_script: JavaScript function without arguments that each look calls; it returns an
            object of strings, numbers and booleans, which is `PageView.state`. Empty for none.
        client_frame: CSS of the frame that holds the meeting, where one does; empty for none.
        client_part: CSS of what the meeting's client alone has, where some sessions have the client
            in a frame of the page's own host that nothing else is known of; empty for none.
        page_script: JavaScript function that runs in every frame before the page's own code. Its
            argument `tell(text)` sends news to `decode_news`, at most a few a second. It is
            wrapped in nothing and must leave nothing on `window`. Empty for none.
        roster_channels: labels of data channels whose messages are roster news.
        roster_path: part of the URL of HTTP answers that are roster news; empty for none.
        sound_by: how sound says whose it is; may become PLAYED during a stay where `taps_page`.
        taps_page: what the page plays by Web Audio is taken though `sound_by` does not begin as
            PLAYED; it counts once it is.
        speaking_late_ms: how late `Speaking` is after the sound, with `SoundBy.MIX`; may change.
        wants_pointer: whether its door may refuse presses that no pointer of a display made.
    """

    hosts: frozenset[str]
    probes: Mapping[str, Probe]
    state_script: str
    client_frame: str
    client_part: str
    page_script: str
    roster_channels: frozenset[str]
    roster_path: str
    sound_by: SoundBy
    taps_page: bool
    speaking_late_ms: float
    wants_pointer: bool

    async def knock(self, page: MeetingPage, entry: Entry) -> None:
        """Go from the address to the press of the join button. Raises JoinError."""
        ...

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """Tell whether a piece of sound counts; a platform's copies of a mix do not.

        Args:
            names: of the piece's track.
            at_ms: epoch time of its first sample, ms.
            peak: its largest sample, 0 to 32768.
        """
        ...

    def owner_of(self, names: TrackNames) -> str | None:
        """The device that a track's names tell, unless all speak on it; None leaves it to news."""
        ...

    def judge_admission(self, view: PageView) -> Judgement:
        """Say where the bot is between its knock and its admission."""
        ...

    def help_needed(self, view: PageView) -> Outcome | None:
        """Tell what only a person can fix on the way in: how it ends if nobody does. Pure."""
        ...

    def judge_stay(self, view: PageView) -> Judgement:
        """Say whether an admitted bot is still in the meeting."""
        ...

    def people_shown(self, view: PageView) -> tuple[Person, ...]:
        """Return the people whose tiles the page shows, the bot itself marked."""
        ...

    def decode_channel(self, label: str, message: bytes, seen: Seen) -> RosterChange:
        """Read a message of the data channel `label`.

        Raises:
            ValueError: not of a known form.
        """
        ...

    def decode_answer(self, body: bytes) -> RosterChange:
        """Read a roster answer of HTTP. Raises ValueError."""
        ...

    def decode_news(self, text: str) -> RosterChange:
        """Read what `page_script` told. Raises ValueError."""
        ...

    async def tidy(self, page: MeetingPage, view: PageView) -> None:
        """Answer what stands in the way, at every look. Raises JoinError when it cannot."""
        ...

    async def post_chat(self, page: MeetingPage, text: str) -> bool | None:
        """Write one message into the chat.

        Returns:
            Whether it is there; False only where it surely is not, and may be tried again. None
            where nobody knows.
        """
        ...

    async def leave(self, page: MeetingPage) -> None:
        """Leave politely, best effort; the caller takes the page out of the meeting after it."""
        ...
