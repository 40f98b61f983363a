"""What one platform's double is made of, and which doubles there are.

A double is a folder `simulator/<platform>/` with an object of type `Double`, and one line in
`DOUBLES`. Everything that platforms share (people, speech, clock, lobby, events, truth, media
server) is outside of those folders; docs/adding/platform.md walks through a new one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fastapi import APIRouter

from vexa.kit.registry import Registry
from vexa.simulator.meetings import ChatLine, DeviceIds, MeetingOptions, Participant, Visitor

if TYPE_CHECKING:
    from vexa.simulator.live_meeting import LiveMeeting
    from vexa.simulator.meetings_index import PlatformMeetings

#: The platform of a meeting that names none.
DEFAULT_PLATFORM = "google_meet"


def made_up(dice: random.Random, symbols: str, *lengths: int) -> str:
    """Return groups of so many of these symbols, with dashes between them."""
    return "-".join("".join(dice.choices(symbols, k=length)) for length in lengths)


class Wire(Protocol):
    """How one running meeting tells its pages what happens, in the platform's own forms.

    Called from the event loop; never blocks. What a page sends is read by the platform's own
    signalling, which calls the meeting.
    """

    def people_changed(self, changed: Sequence[Participant]) -> None:
        """Tell every page in the call about some participants, gone ones included."""
        ...

    def put_out(self, visitor: Visitor) -> None:
        """Tell a page that it is out of the lobby or the call, besides its state."""
        ...

    def chatted(self, line: ChatLine) -> None:
        """Tell every page in the call of a chat line."""
        ...

    def spoke(self, participant: Participant, is_on: bool) -> None:
        """Show or no longer show somebody as speaking, late as the real page is."""
        ...


@dataclass(frozen=True)
class Double:
    """One platform's double.

    Attributes:
        hosts: hosts that its pages are served under, by TLS.
        options: what its meetings can be told; names the platform in its field `platform`.
        device_ids: source of chance → number of a participant → the platform's id of a device.
        wire: makes a meeting's `Wire`.
        page_router: makes the routes under `hosts` for the platform's meetings.
        page_path: native id → path of the meeting's page under any of `hosts`.
        made_up_id: source of chance → a native id that `options` takes.
        id_form: how native ids look, for a person.
        sign_in_url: where the order `navigate` sends a page to sign in.
        dialogs: dialogs that its pages can show.
        effects: what its pages can be told besides the common orders.
        has_captcha: whether its platform has a challenge that bars the way.
        layouts: ways in which its pages can show who is there.
    """

    hosts: tuple[str, ...]
    options: type[MeetingOptions]
    device_ids: Callable[[random.Random], DeviceIds]
    wire: Callable[[LiveMeeting], Wire]
    page_router: Callable[[PlatformMeetings], APIRouter]
    page_path: Callable[[str], str]
    made_up_id: Callable[[random.Random], str]
    id_form: str
    sign_in_url: str
    dialogs: frozenset[str] = frozenset()
    effects: frozenset[str] = frozenset()
    has_captcha: bool = False
    layouts: frozenset[str] = frozenset()


#: Platform → its double.
DOUBLES: Registry[Double] = Registry(
    "double",
    {
        "google_meet": "vexa.simulator.google_meet.double:DOUBLE",
        "jitsi": "vexa.simulator.jitsi.double:DOUBLE",
        "teams": "vexa.simulator.teams.double:DOUBLE",
        "zoom": "vexa.simulator.zoom.double:DOUBLE",
    },
)


def all_hosts() -> tuple[str, ...]:
    """Every host that a double is served under."""
    return tuple(host for name in DOUBLES.names for host in DOUBLES.load(name).hosts)


def person_host(platform: str) -> str:
    """Return the host under which a person on this machine sees a platform's pages.

    Browsers resolve every name below `localhost` to this machine (RFC 6761, 6.3).
    """
    return "localhost" if platform == DEFAULT_PLATFORM else f"{platform}.localhost"


def person_url(control_url: str, native_id: str, platform: str = DEFAULT_PLATFORM) -> str:
    """Return the address at which a person on this machine joins a meeting."""
    port = control_url.rsplit(":", 1)[1]
    return f"http://{person_host(platform)}:{port}{DOUBLES.load(platform).page_path(native_id)}"
