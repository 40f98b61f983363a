"""Leaving a Teams call politely, answering what stands in the way, writing into its chat."""

from __future__ import annotations

from vexa.platforms.base import MeetingPage, PageView
from vexa.platforms.teams import selectors

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


async def tidy(page: MeetingPage, view: PageView) -> None:
    """Answer the question about devices, and join again where Teams forgot the knock."""
    if view.has("without_devices"):
        await click_first(page, selectors.WITHOUT_DEVICES)
        await page.pause(_AFTER_CLICK_S)
        view = await page.look()
    elif view.says(selectors.RETRY_TEXTS):
        await click_first(page, selectors.RETRY_BUTTONS)
        return
    if view.has("join_button") or view.has("join_text_button"):
        await click_first(page, selectors.JOIN_BUTTONS)


async def post_chat(page: MeetingPage, text: str) -> bool:
    """Write one message to everyone; False when the chat cannot be opened or written to."""
    if not await click_first(page, selectors.CHAT_BUTTONS):
        return False
    await page.pause(_AFTER_CLICK_S)
    written = await type_first(page, selectors.CHAT_INPUTS, text[: selectors.CHAT_LIMIT])
    if written:
        await page.press("Enter")
        await page.pause(_AFTER_CLICK_S)
    await click_first(page, selectors.CHAT_BUTTONS)
    return written


async def leave(page: MeetingPage) -> None:
    """Hang up; in the lobby, cancel."""
    await page.stir()
    if not await click_first(page, selectors.LEAVE_BUTTONS):
        await click_first(page, selectors.CANCEL_BUTTONS)
