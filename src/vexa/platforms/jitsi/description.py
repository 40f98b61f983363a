"""Jitsi: one place that tells the rest of the project what it is."""

from __future__ import annotations

from vexa.platforms.base import Platform
from vexa.platforms.description import PlatformDescription
from vexa.platforms.jitsi import address


def _adapter() -> Platform:
    from vexa.platforms.jitsi.platform import Jitsi

    return Jitsi()


DESCRIPTION = PlatformDescription(
    title="Jitsi",
    parse=address.parse,
    from_link=address.from_link,
    adapter=_adapter,
)
