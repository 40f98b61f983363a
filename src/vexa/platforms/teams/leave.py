"""Leaving a Teams call politely, answering what stands in the way, writing into its chat."""

from __future__ import annotations

from vexa.platforms.base import MeetingPage, PageView
from vexa.platforms.page_acts import AFTER_CLICK_S, Chat, click_first
from vexa.platforms.teams import selectors

CHAT = Chat(selectors.CHAT_BUTTONS, selectors.CHAT_INPUTS, selectors.CHAT_LIMIT)


async def tidy(page: MeetingPage, view: PageView) -> None:
    """Answer the question about devices, and join again where Teams forgot the knock."""
    if view.has("without_devices"):
        await click_first(page, selectors.WITHOUT_DEVICES)
        await page.pause(AFTER_CLICK_S)
        view = await page.look()
    elif view.says(selectors.RETRY_TEXTS):
        await click_first(page, selectors.RETRY_BUTTONS)
        return
    if view.has("join_button") or view.has("join_text_button"):
        await click_first(page, selectors.JOIN_BUTTONS)


async def leave(page: MeetingPage) -> None:
    """Hang up; in the lobby, cancel."""
    await page.stir()
    if not await click_first(page, selectors.LEAVE_BUTTONS):
        await click_first(page, selectors.CANCEL_BUTTONS)
