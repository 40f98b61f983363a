"""Which meeting products a bot can join. Loading an address never loads a browser library."""

from __future__ import annotations

from collections.abc import Callable

from vexa.kit.registry import Registry
from vexa.platforms.base import MeetingAddress, Platform

#: Platform → `parse(native_id, passcode)`, which raises InvalidInput.
ADDRESSES: Registry[Callable[[str, str | None], MeetingAddress]] = Registry(
    "platform", {"google_meet": "vexa.platforms.google_meet.address:parse"}
)

#: Platform → how its pages behave.
PLATFORMS: Registry[Platform] = Registry(
    "platform", {"google_meet": "vexa.platforms.google_meet.platform:GOOGLE_MEET"}
)


def joinable(platform: str) -> bool:
    """Tell whether a bot of this version can join meetings of `platform`."""
    return platform in ADDRESSES.names


def platform_address(platform: str, native_id: str, passcode: str | None = None) -> MeetingAddress:
    """Check a meeting's id and passcode, and say where the meeting is.

    Args:
        platform: a name that is `joinable`.
        native_id: the platform's meeting code, perhaps padded.
        passcode: as the client gave it; empty counts as none.

    Raises:
        InvalidInput: the id or the passcode is not in the platform's form; `field` names it.
        ConfigurationError: the platform is not joinable; ask `joinable` first.
    """
    return ADDRESSES.load(platform)(native_id, passcode)
