"""Leaving a Meet call politely, answering its dialogs, and writing into its chat."""

from __future__ import annotations

from vexa.platforms.base import MeetingPage, PageView
from vexa.platforms.google_meet import selectors

_AFTER_CLICK_S = 0.4


async def click_first(page: MeetingPage, choices: tuple[str, ...]) -> bool:
    """Click the first of `choices` that is there; tell whether one was."""
    for choice in choices:
        if await page.click(choice):
            return True
    return False


async def type_first(page: MeetingPage, choices: tuple[str, ...], text: str) -> bool:
    """Type into the first of `choices` that is there; tell whether one was."""
    for choice in choices:
        if await page.type_text(choice, text):
            return True
    return False


async def leave(page: MeetingPage) -> None:
    """Press "Leave call" and, as a host would have to, "Just leave"."""
    await page.stir()
    if await click_first(page, selectors.LEAVE_BUTTONS):
        await page.pause(_AFTER_CLICK_S)
        await click_first(page, selectors.JUST_LEAVE)


async def tidy(page: MeetingPage, view: PageView) -> None:
    """Answer the dialogs that come before and after admission, one each call."""
    if view.has("dialog") and await click_first(page, selectors.CONSENT_BUTTONS):
        return
    if view.has("got_it"):
        await click_first(page, selectors.GOT_IT)


async def post_chat(page: MeetingPage, text: str) -> bool:
    """Write one message to everyone; False when the chat cannot be opened or written to."""
    await page.stir()
    if not await click_first(page, selectors.CHAT_BUTTONS):
        return False
    await page.pause(_AFTER_CLICK_S)
    written = await type_first(page, selectors.CHAT_INPUTS, text[: selectors.CHAT_LIMIT])
    if written:
        await page.press("Enter")
        await page.pause(_AFTER_CLICK_S)
    await click_first(page, selectors.CHAT_BUTTONS)
    return written
