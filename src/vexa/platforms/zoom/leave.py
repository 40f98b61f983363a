"""Leaving a Zoom meeting so that the others see it at once, and its chat."""

from __future__ import annotations

from vexa.platforms.base import MeetingPage
from vexa.platforms.page_acts import AFTER_CLICK_S, Chat, click_first
from vexa.platforms.zoom import selectors

CHAT = Chat(selectors.CHAT_BUTTONS, selectors.CHAT_INPUTS, selectors.CHAT_LIMIT)


async def leave(page: MeetingPage) -> None:
    """Press Leave and confirm."""
    await page.stir()
    await page.pause(AFTER_CLICK_S)
    if await click_first(page, selectors.LEAVE_BUTTONS):
        await page.pause(AFTER_CLICK_S)
        if await click_first(page, selectors.LEAVE_CHOICES):
            await page.pause(AFTER_CLICK_S)
