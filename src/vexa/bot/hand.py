"""Presses as a person's hand does: by the display's pointer, once the page has it on its target."""

from __future__ import annotations

import asyncio

import structlog
from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from vexa.bot.pointer import Pointer, PointerError
from vexa.bot.pointer_path import Place
from vexa.bot.target import Target

_log = structlog.get_logger(__name__)

#: So often is the pointer moved to a target that it does not reach.
_TRIES = 2
#: How long a busy page may take to notice a pointer, and how often it is asked, seconds.
_NOTICED_S, _ASK_EVERY_S = 2.0, 0.05


class Hand:
    """One hand on one page.

    Args:
        page: the page; its window is on the pointer's display.
        pointer: the display's.
    """

    def __init__(self, page: Page, pointer: Pointer) -> None:
        self._page = page
        self._pointer: Pointer | None = pointer
        self._session: CDPSession | None = None

    def put_down(self) -> None:
        """Press nothing any more."""
        self._pointer = None

    async def press(self, target: Target) -> bool:
        """Move the pointer to a target and press, if the page has it there.

        Returns:
            Whether it was pressed. False when the page has the pointer elsewhere after two tries;
            when the pointer cannot be moved, this hand is put down for good.
        """
        pointer = self._pointer
        if pointer is None:
            return False
        try:
            for _ in range(_TRIES):
                target = await target.found_again()
                await pointer.glide(await self._on_screen(target.place))
                if await self._is_noticed(target):
                    await pointer.press()
                    return True
        except PointerError as exc:
            _log.warning("hand_put_down", why=str(exc))
            self.put_down()
            return False
        _log.warning("pointer_not_on_target")
        return False

    async def _on_screen(self, place: tuple[float, float]) -> Place:
        """Where a place of the page is on the screen, by what the browser says, not the page.

        The page's part of the window is at its bottom, as wide as the window.
        """
        try:
            if self._session is None:
                self._session = await self._page.context.new_cdp_session(self._page)
            window = (await self._session.send("Browser.getWindowForTarget"))["bounds"]
            layout = (await self._session.send("Page.getLayoutMetrics"))["cssLayoutViewport"]
        except PlaywrightError as exc:
            raise PointerError("the browser does not say where its window is") from exc
        top = window["top"] + window["height"] - layout["clientHeight"]
        return round(window["left"] + place[0]), round(top + place[1])

    async def _is_noticed(self, target: Target) -> bool:
        for _ in range(round(_NOTICED_S / _ASK_EVERY_S)):
            if await target.is_pointed_at():
                return True
            await asyncio.sleep(_ASK_EVERY_S)
        return False
