"""Leaving a room politely, and writing into its chat: both by the application itself."""

from __future__ import annotations

from vexa.platforms.base import MeetingPage
from vexa.platforms.jitsi import page_code, selectors

_AFTER_CLICK_S = 0.4


async def leave(page: MeetingPage) -> None:
    """Hang up by the application, else by its button and the menu that this may open."""
    if await page.run(page_code.HANG_UP):
        return
    await page.stir()
    if await page.click(selectors.LEAVE_BUTTON):
        await page.pause(_AFTER_CLICK_S)
        for choice in selectors.LEAVE_MENU:
            if await page.click(choice):
                return


async def post_chat(page: MeetingPage, text: str) -> bool | None:
    """Write one message to everyone. See `Platform.post_chat`.

    A page that is busy may send it later, so that only one that answers is asked to.
    """
    if not await page.run(page_code.HAS_CHAT):
        return False
    return await page.run(page_code.SEND_MESSAGE, text) or None
