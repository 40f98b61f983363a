"""Microsoft Teams: one place that tells the rest of the project what it is."""

from __future__ import annotations

from vexa.platforms.base import Platform
from vexa.platforms.description import PlatformDescription
from vexa.platforms.teams import address


def _adapter() -> Platform:
    from vexa.platforms.teams.platform import Teams

    return Teams()


DESCRIPTION = PlatformDescription(
    title="Microsoft Teams",
    parse=address.parse,
    from_link=address.from_link,
    adapter=_adapter,
    takes_accounts=True,
    digits=range(10, 16),
)
