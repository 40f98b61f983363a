"""Google Meet: one place that tells the rest of the project what it is."""

from __future__ import annotations

from vexa.platforms.base import Platform
from vexa.platforms.description import PlatformDescription
from vexa.platforms.google_meet import address


def _adapter() -> Platform:
    from vexa.platforms.google_meet.platform import GoogleMeet

    return GoogleMeet()


DESCRIPTION = PlatformDescription(
    title="Google Meet",
    parse=address.parse,
    from_link=address.from_link,
    adapter=_adapter,
    takes_accounts=True,
    lone_code=address.CODE,
)
