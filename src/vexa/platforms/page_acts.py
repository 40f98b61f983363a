"""Acts on a page that platforms share: the first of several places that is there is used."""

from __future__ import annotations

from dataclasses import dataclass

from vexa.platforms.base import MeetingPage

#: Time for a page to react to a click, seconds.
AFTER_CLICK_S = 0.4


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
        """Write one message to everyone; False when the chat cannot be opened or written to."""
        await page.stir()
        if not await click_first(page, self.buttons):
            return False
        await page.pause(AFTER_CLICK_S)
        written = await type_first(page, self.inputs, text[: self.limit])
        if written:
            await page.press("Enter")
            await page.pause(AFTER_CLICK_S)
        await click_first(page, self.buttons)
        return written
