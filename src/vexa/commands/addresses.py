"""How a person names a meeting on the command line: by link, or by platform and id."""

from __future__ import annotations

from typing import Annotated

import typer

from vexa.commands.server import quoted

Meeting = Annotated[
    str, typer.Argument(metavar="LINK|PLATFORM", help="The meeting's link, or its platform.")
]
NativeId = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="With a platform: the meeting's own id.")
]


def address_of(meeting: str, native_id: str | None) -> tuple[str, str]:
    """Return platform and native id. Links of `JITSI_HOSTS` are taken, as the server does.

    Raises:
        InvalidInput: the link is of no meeting.
    """
    if native_id is not None:
        return meeting, native_id
    # imported here, since every program passes through the module that lists the commands
    from vexa.commands.settings import CommandSettings
    from vexa.kit.settings import load_settings
    from vexa.platforms.base import AddressOptions
    from vexa.platforms.links import parse_link

    known = load_settings(CommandSettings).known_jitsi_hosts
    address = parse_link(meeting, options=AddressOptions(jitsi_hosts=known))
    return str(address.platform), address.native_id


def path_of(prefix: str, meeting: str, native_id: str | None) -> str:
    """Return the path of a meeting's route. Raises InvalidInput as `address_of` does."""
    platform, known_id = address_of(meeting, native_id)
    return f"{prefix}/{quoted(platform)}/{quoted(known_id)}"
