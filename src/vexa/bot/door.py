"""The way in, seen through what a person has to fix first.

While a page asks for what a bot does not do, a look does not return: whoever joins or waits behind
it loses no time and presses nothing, and goes on by itself when the page has moved on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from vexa.contracts.bot import HelpNeeded
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.contracts.times import iso_utc
from vexa.platforms.base import MeetingPage, PageView, Platform

#: Looks at a page that needs help are so far apart, and so many in a row make sure, seconds.
_LOOK_S = 0.5
_SURE = 3


class HelpWait:
    """How long a person may still take. Pure: what looks need, and their times, in.

    All calls for help of one way in share `limit_s`, so that one which asks for ever ends.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._spent_s = 0.0
        self._looks = 0
        self._asked_s: float | None = None

    def left_s(self, needed: Outcome | None, now_s: float) -> float | None:
        """Take one look; return how long help may still take, None while none is surely needed.

        Args:
            needed: how it ends if nobody helps; None where nobody has to.
            now_s: when the look was made, monotonic.

        Raises:
            JoinError: nobody helped in time.
        """
        self._looks = self._looks + 1 if needed else 0
        if needed is None:
            self._spent_s += 0.0 if self._asked_s is None else now_s - self._asked_s
            self._asked_s = None
            return None
        if self._looks < _SURE:
            return None
        if self._asked_s is None:
            self._asked_s = now_s
        left_s = self._limit_s - self._spent_s - (now_s - self._asked_s)
        if left_s <= 0:
            raise JoinError(needed, f"door: {needed}, and nobody helped")
        return left_s


class Door(MeetingPage):
    """A page before the admission. Each look is at what comes after any call for help.

    Args:
        page: the page itself.
        platform: knows what only a person can fix.
        wait: how long help may take.
        ask: called at each look with what is needed; the deadline of one call never changes.
        monotonic_s: the clock of `wait`.
    """

    def __init__(
        self,
        page: MeetingPage,
        platform: Platform,
        wait: HelpWait,
        ask: Callable[[HelpNeeded], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._page = page
        self._platform = platform
        self._wait = wait
        self._ask = ask
        self._monotonic_s = monotonic_s

    async def look(self) -> PageView:
        """Return what the page shows once no person is needed. Raises JoinError."""
        call: HelpNeeded | None = None
        while True:
            view = await self._page.look()
            needed = self._platform.help_needed(view)
            left_s = self._wait.left_s(needed, self._monotonic_s())
            if needed is None:
                return view
            if left_s is not None:
                call = call or _call(needed, left_s)
                self._ask(call)
            await self._page.pause(_LOOK_S)

    async def open(self, url: str) -> None:
        """Load an address."""
        await self._page.open(url)

    async def click(self, selector: str) -> bool:
        """Click."""
        return await self._page.click(selector)

    async def type_text(self, selector: str, text: str) -> bool:
        """Type."""
        return await self._page.type_text(selector, text)

    async def paste(self, selector: str, text: str) -> bool:
        """Paste."""
        return await self._page.paste(selector, text)

    async def press(self, key: str) -> None:
        """Press one key."""
        await self._page.press(key)

    async def run(self, script: str, argument: str | None = None) -> bool:
        """Call a function in the page."""
        return await self._page.run(script, argument)

    async def stir(self) -> None:
        """Move the mouse a little."""
        await self._page.stir()

    async def pause(self, seconds: float) -> None:
        """Let the page work."""
        await self._page.pause(seconds)


def _call(needed: Outcome, left_s: float) -> HelpNeeded:
    until = datetime.now(UTC) + timedelta(seconds=left_s)
    return HelpNeeded(what=needed, until=iso_utc(until))
