"""A choice of the platform's own that is an entry of a menu: made once, and never an obstacle."""

from __future__ import annotations

import time
from collections.abc import Callable

from vexa.platforms.base import MeetingPage
from vexa.platforms.page_acts import AFTER_CLICK_S, click_first

#: Times that the entry is looked for, and the time between two: a client may build its menu late.
_TRIES = 3
_AGAIN_S = 10.0


class MenuChoice:
    """What one stay does about one choice. A client without the entry goes on as it is.

    Args:
        menus: the menu's button, by selectors in order of trust; it closes the menu too.
        entries: the entry that makes the choice, in order of trust.
        now_s: a monotonic clock.
    """

    def __init__(
        self,
        menus: tuple[str, ...],
        entries: tuple[str, ...],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._menus = menus
        self._entries = entries
        self._now_s = now_s
        self._tries = 0
        self._next_s = 0.0

    async def make(self, page: MeetingPage) -> None:
        """Take the entry, unless that was done or tried just now; needs a page in the meeting."""
        if self._tries >= _TRIES or self._now_s() < self._next_s:
            return
        self._tries += 1
        self._next_s = self._now_s() + _AGAIN_S
        await page.stir()
        if not await click_first(page, self._menus):
            return
        await page.pause(AFTER_CLICK_S)
        if await click_first(page, self._entries):
            self._tries = _TRIES
        else:
            await click_first(page, self._menus)
