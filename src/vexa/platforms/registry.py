"""Which meeting products there are: those of `PlatformName`, each a folder that describes itself.

Loading a description never loads a browser library.
"""

from __future__ import annotations

from vexa.contracts.errors import InvalidInput
from vexa.contracts.meeting import MeetingKey, PlatformName
from vexa.kit.registry import Registry
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.description import PlatformDescription

#: Platform → what it is.
PLATFORMS: Registry[PlatformDescription] = Registry(
    "platform",
    {str(name): f"vexa.platforms.{name}.description:DESCRIPTION" for name in PlatformName},
)


def descriptions() -> dict[str, PlatformDescription]:
    """Return every platform by its name, in the order of their names."""
    return {name: PLATFORMS.load(name) for name in PLATFORMS.names}


def platform_address(
    platform: str,
    native_id: str,
    passcode: str | None = None,
    options: AddressOptions | None = None,
) -> MeetingAddress:
    """Check a meeting's id and passcode, and say where the meeting is.

    Args:
        platform: a name of `PLATFORMS`.
        native_id: the platform's meeting code, perhaps padded.
        passcode: as the client gave it; empty counts as none.
        options: what else decides; nothing by default.

    Raises:
        InvalidInput: the id or the passcode is not in the platform's form; `field` names it.
        ConfigurationError: the platform is not known.
    """
    return PLATFORMS.load(platform).parse(native_id, passcode, options or AddressOptions())


def meeting_key(platform: PlatformName, native_id: str) -> MeetingKey:
    """Return the address at which a meeting is kept, from an id as somebody writes it.

    An id that is not in the platform's form is looked for as it is, without the space around it.
    """
    try:
        return MeetingKey(platform, platform_address(platform, native_id).native_id)
    except InvalidInput:
        return MeetingKey(platform, native_id.strip())
