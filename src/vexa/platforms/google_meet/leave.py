"""Leaving a Meet call politely, answering its dialogs, and writing into its chat."""

from __future__ import annotations

from vexa.platforms.base import MeetingPage, PageView
from vexa.platforms.google_meet import selectors
from vexa.platforms.page_acts import AFTER_CLICK_S, Chat, click_first

CHAT = Chat(selectors.CHAT_BUTTONS, selectors.CHAT_INPUTS, selectors.CHAT_LIMIT)


async def leave(page: MeetingPage) -> None:
    """Press "Leave call" and, as a host would have to, "Just leave"."""
    await page.stir()
    if await click_first(page, selectors.LEAVE_BUTTONS):
        await page.pause(AFTER_CLICK_S)
        await click_first(page, selectors.JUST_LEAVE)


async def tidy(page: MeetingPage, view: PageView) -> None:
    """Answer the dialogs that come before and after admission, one each call."""
    if view.has("dialog") and await click_first(page, selectors.CONSENT_BUTTONS):
        return
    if view.has("got_it"):
        await click_first(page, selectors.GOT_IT)
