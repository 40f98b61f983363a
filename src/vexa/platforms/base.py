"""What a meeting product must say and do, and the few things it may do with a page."""

from __future__ import annotations

from dataclasses import dataclass

from vexa.contracts.meeting import PlatformName


@dataclass(frozen=True, slots=True)
class MeetingAddress:
    """Where one meeting is.

    Attributes:
        platform: the product.
        native_id: its meeting code, normalised; store and compare this one.
        url: the address as people share it (the wire's `constructed_meeting_url`).
        join_url: the address that a bot opens (`BotLaunch.meeting_url`).
    """

    platform: PlatformName
    native_id: str
    url: str
    join_url: str
