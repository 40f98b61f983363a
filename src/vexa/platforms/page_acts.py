"""Acts on a page that platforms share: the first of several places that is there is used."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from vexa.platforms.base import MeetingPage

#: Time for a page to react to a click, seconds.
AFTER_CLICK_S = 0.4
#: How long a busy page may take to open its chat and take a text, or to close it, seconds: nobody
#: looks at the meeting meanwhile.
_FILL_S = 15.0


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


async def paste_first(page: MeetingPage, choices: tuple[str, ...], text: str) -> bool:
    """Paste into the first of `choices` that is there; tell whether one was."""
    for choice in choices:
        if await page.paste(choice, text):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that a button opens and closes.

    Attributes:
        buttons: the button, by selectors in order of trust.
        inputs: where one writes.
        limit: longest message, characters; the rest is cut off.
    """

    buttons: tuple[str, ...]
    inputs: tuple[str, ...]
    limit: int

    async def write(self, page: MeetingPage, text: str) -> bool:
        """Write one message to everyone; False when the chat cannot be opened or written to.

        At once, for a notice has to be there before a short meeting is over. Nothing is sent unless
        True is returned. A chat that an earlier try has left open is used as it is.
        """
        await page.stir()
        try:
            async with asyncio.timeout(_FILL_S):
                if not await self._fill(page, text[: self.limit]):
                    return False
        except TimeoutError:
            return False
        await page.press("Enter")
        await page.pause(AFTER_CLICK_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FILL_S):
                await click_first(page, self.buttons)
        return True

    async def _fill(self, page: MeetingPage, text: str) -> bool:
        if await paste_first(page, self.inputs, text):
            return True
        if not await click_first(page, self.buttons):
            return False
        await page.pause(AFTER_CLICK_S)
        if await paste_first(page, self.inputs, text):
            return True
        await click_first(page, self.buttons)
        return False
