"""Which meeting products are known, and which of them a bot can join.

Loading an address never loads a browser library.
"""

from __future__ import annotations

from collections.abc import Callable

from vexa.contracts.errors import InvalidInput
from vexa.contracts.meeting import MeetingKey, PlatformName
from vexa.kit.registry import Registry
from vexa.platforms.base import AddressOptions, MeetingAddress, Platform
from vexa.platforms.link import Link

#: Platform → `parse(native_id, passcode, options)`, which raises InvalidInput.
ADDRESSES: Registry[Callable[[str, str | None, AddressOptions], MeetingAddress]] = Registry(
    "platform",
    {
        "google_meet": "vexa.platforms.google_meet.address:parse",
        "jitsi": "vexa.platforms.jitsi.address:parse",
        "teams": "vexa.platforms.teams.address:parse",
        "zoom": "vexa.platforms.zoom.address:parse",
    },
)

#: Platform → `from_link(link, options)`: None when the link is another platform's; raises
#: InvalidInput when it is this one's but leads into no meeting.
LINKS: Registry[Callable[[Link, AddressOptions], MeetingAddress | None]] = Registry(
    "platform",
    {
        "google_meet": "vexa.platforms.google_meet.address:from_link",
        "jitsi": "vexa.platforms.jitsi.address:from_link",
        "teams": "vexa.platforms.teams.address:from_link",
        "zoom": "vexa.platforms.zoom.address:from_link",
    },
)

#: Platform → makes what one stay needs to know of its pages.
PLATFORMS: Registry[Callable[[], Platform]] = Registry(
    "platform",
    {
        "google_meet": "vexa.platforms.google_meet.platform:GoogleMeet",
        "jitsi": "vexa.platforms.jitsi.platform:Jitsi",
        "teams": "vexa.platforms.teams.platform:Teams",
        "zoom": "vexa.platforms.zoom.platform:Zoom",
    },
)

#: Platforms whose adapter proves that a page is signed in, and joins with an account.
WITH_ACCOUNTS = frozenset({PlatformName.GOOGLE_MEET, PlatformName.TEAMS, PlatformName.ZOOM})


def joinable(platform: str) -> bool:
    """Tell whether a bot of this version can join meetings of `platform`."""
    return platform in PLATFORMS.names


def platform_address(
    platform: str,
    native_id: str,
    passcode: str | None = None,
    options: AddressOptions | None = None,
) -> MeetingAddress:
    """Check a meeting's id and passcode, and say where the meeting is.

    Args:
        platform: a name of `ADDRESSES`.
        native_id: the platform's meeting code, perhaps padded.
        passcode: as the client gave it; empty counts as none.
        options: what else decides; nothing by default.

    Raises:
        InvalidInput: the id or the passcode is not in the platform's form; `field` names it.
        ConfigurationError: the platform is not known.
    """
    return ADDRESSES.load(platform)(native_id, passcode, options or AddressOptions())


def meeting_key(platform: PlatformName, native_id: str) -> MeetingKey:
    """Return the address at which a meeting is kept, from an id as somebody writes it.

    An id that is not in the platform's form is looked for as it is, without the space around it.
    """
    try:
        return MeetingKey(platform, platform_address(platform, native_id).native_id)
    except InvalidInput:
        return MeetingKey(platform, native_id.strip())
