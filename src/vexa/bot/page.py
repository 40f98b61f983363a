"""A `MeetingPage` over Playwright: looks, clicks and types as a person would."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from vexa.bot.hand import Hand
from vexa.bot.page_scripts import read_script
from vexa.bot.target import find_target
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, PageView, Probe, plain

#: Longest load of an address, and of any step that Playwright itself bounds, milliseconds.
_OPEN_MS = 60_000
_ACTION_MS = 5_000
#: Most of its steps wait for the page for ever. Bounds for one look, key or script, and for a whole
#: click, whose dozen steps a busy page may each take late, and a hand's two ways, seconds.
_ANSWER_S = 5.0
_CLICK_S = 30.0
#: How long the page may take to give way to an empty one, seconds; a browser that is ended then
#: takes it out of the meeting anyway.
_VACATE_S = 1.0
_NOWHERE = "about:blank"
#: Console lines that are remembered.
_CONSOLE_LINES = 50
#: Frames of a page that are searched for the client.
_MOST_FRAMES = 8
#: A look may fail while the page navigates; after so many in a row, or so many seconds without one
#: that succeeds, the page is dead.
_MOST_BLIND_LOOKS = 20
_LONGEST_BLIND_S = 45.0
#: A person's pace: between two keys, and from press to release, seconds.
_KEY_S = (0.03, 0.09)
_PRESS_S = (0.04, 0.11)


class BrowserPage:
    """The bot's one page. Any call raises JoinError(PAGE_DEAD) when the page is gone.

    No call outlasts a page that never answers: an act is then not done, and looks find out whether
    the page is dead.

    Args:
        page: the browser's page.
        probes: see `Platform.probes`.
        state_script: see `Platform.state_script`.
        client_frame: see `Platform.client_frame`.
        client_part: see `Platform.client_part`.
        hand: presses in the place of the browser's own mouse, as long as it can.
    """

    def __init__(
        self,
        page: Page,
        probes: Mapping[str, Probe],
        state_script: str = "",
        client_frame: str = "",
        client_part: str = "",
        hand: Hand | None = None,
    ) -> None:
        self._page = page
        self._hand = hand
        self._client_frame = client_frame
        self._client_part = client_part
        self._probes = {
            name: {"selector": p.selector, "mark": p.mark, "around": p.around}
            for name, p in probes.items()
        }
        look = f"({read_script('look.js')})"
        self._look_script = f"(probes) => {look}(probes, {state_script or 'null'})"
        self._console: deque[str] = deque(maxlen=_CONSOLE_LINES)
        self._blind_looks = 0
        self._seen_s = 0.0
        self._dice = random.Random()
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.set_default_timeout(_ACTION_MS)

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self._console.append(text[:500])

    async def _client(self) -> Frame:
        """The frame that is looked at and acted in: the page itself, or the client within it."""
        if self._client_frame:
            element = await self._page.query_selector(self._client_frame)
            frame = await element.content_frame() if element else None
            if frame is not None:
                return frame
        return await self._frame_with_part() or self._page.main_frame

    async def _frame_with_part(self) -> Frame | None:
        if not self._client_part:
            return None
        host = urlsplit(self._page.url).hostname
        # the page itself comes first; most have no frame of their own host, so nothing is asked
        frames = [one for one in self._page.frames if urlsplit(one.url).hostname == host]
        for frame in frames[:_MOST_FRAMES] if len(frames) > 1 else ():
            if await frame.query_selector(self._client_part):
                return frame
        return None

    async def open(self, url: str) -> None:
        """Load an address."""
        try:
            await self._page.goto(url, wait_until="domcontentloaded", timeout=_OPEN_MS)
            await self._act(self._to_front(), _ANSWER_S)
        except PlaywrightTimeout as exc:
            raise JoinError(Outcome.NETWORK_LOST, "join: the address did not load") from exc
        except PlaywrightError as exc:
            if "net::" in str(exc):
                code = str(exc).split("net::", 1)[1].split()[0]
                raise JoinError(Outcome.NETWORK_LOST, f"join: net::{code}") from exc
            raise self._dead(exc) from exc

    async def _to_front(self) -> bool:
        await self._page.bring_to_front()
        return True

    async def _act(self, act: Awaitable[bool], within_s: float) -> bool:
        """Wait for an act; False when the page does not let it happen."""
        try:
            async with asyncio.timeout(within_s):
                return await act
        except (PlaywrightError, TimeoutError) as exc:
            if self._page.is_closed():
                raise self._dead(exc) from exc
            return False

    async def look(self) -> PageView:
        """Return what the page shows now; empty while it navigates or is stuck."""
        began_s = time.monotonic()
        try:
            async with asyncio.timeout(_ANSWER_S):
                seen = await (await self._client()).evaluate(self._look_script, self._probes)
        except (PlaywrightError, TimeoutError) as exc:
            self._seen_s = self._seen_s if self._blind_looks else began_s
            self._blind_looks += 1
            blind_s = time.monotonic() - self._seen_s
            is_dead = self._blind_looks > _MOST_BLIND_LOOKS or blind_s > _LONGEST_BLIND_S
            if is_dead or self._page.is_closed():
                raise self._dead(exc) from exc
            return PageView(self._page.url, "", {}, tuple(self._console))
        self._blind_looks = 0
        return self._view(seen)

    def _view(self, seen: dict[str, Any]) -> PageView:
        found = {
            name: tuple(Element(**element) for element in elements)
            for name, elements in seen["found"].items()
        }
        console = tuple(self._console)
        return PageView(seen["url"], plain(seen["text"]), found, console, seen["state"])

    async def click(self, selector: str) -> bool:
        """Move the mouse to the first visible, enabled match that nothing covers and press it."""
        return await self._act(self._press_first(selector), _CLICK_S)

    async def _press_first(self, selector: str) -> bool:
        target = await find_target((await self._client()).locator(selector), self._dice)
        if target is None:
            return False
        if self._hand is not None:
            if await self._hand.press(target):
                return True
            target = await target.found_again()
        await self._page.mouse.move(*target.place, steps=self._dice.randint(6, 14))
        await self._page.mouse.down()
        await asyncio.sleep(self._dice.uniform(*_PRESS_S))
        await self._page.mouse.up()
        return True

    async def type_text(self, selector: str, text: str) -> bool:
        """Click the first visible match and type into it, key by key, over what stands there.

        So a try after one that broke off leaves no text twice.
        """
        if not await self.click(selector):
            return False
        await self.press("Control+a")
        for character in text:
            if not await self._act(self._strike(character), _ANSWER_S):
                return False
            await asyncio.sleep(self._dice.uniform(*_KEY_S))
        return True

    async def _strike(self, character: str) -> bool:
        await self._page.keyboard.type(character)
        return True

    async def paste(self, selector: str, text: str) -> bool:
        """Click the first visible match and put a text there at once, over what stands there."""
        if not await self.click(selector):
            return False
        await self.press("Control+a")
        return await self._act(self._insert(text), _ANSWER_S)

    async def _insert(self, text: str) -> bool:
        await self._page.keyboard.insert_text(text)
        return True

    async def press(self, key: str) -> None:
        """Press one key."""
        await self._act(self._press_key(key), _ANSWER_S)

    async def _press_key(self, key: str) -> bool:
        await self._page.keyboard.press(key)
        return True

    async def run(self, script: str, argument: str | None = None) -> bool:
        """Call a function of the platform's in the page; False when it throws or is not done."""
        return await self._act(self._evaluate(script, argument), _ANSWER_S)

    async def _evaluate(self, script: str, argument: str | None) -> bool:
        return bool(await (await self._client()).evaluate(script, argument))

    async def stir(self) -> None:
        """Move the mouse a little."""
        await self._act(self._move_about(), _ANSWER_S)

    async def _move_about(self) -> bool:
        x, y = self._dice.randint(300, 900), self._dice.randint(200, 500)
        await self._page.mouse.move(x, y, steps=3)
        return True

    async def pause(self, seconds: float) -> None:
        """Let the page work."""
        await asyncio.sleep(seconds)

    async def take_picture(self, file: Path, within_s: float) -> None:
        """Write a screenshot, if the page can within so many seconds."""
        try:
            async with asyncio.timeout(within_s):
                await self._page.screenshot(path=file)
        except (PlaywrightError, TimeoutError):
            return

    async def vacate(self) -> None:
        """Put an empty page in the meeting's place, best effort.

        That closes the meeting's connections and lets its own code say goodbye, which the end of
        the browser would not: a participant who just falls silent may be shown for a minute.
        """
        try:
            async with asyncio.timeout(_VACATE_S):
                await self._page.goto(_NOWHERE, wait_until="commit")
        except (PlaywrightError, TimeoutError):
            return

    @staticmethod
    def _dead(error: Exception) -> JoinError:
        return JoinError(Outcome.PAGE_DEAD, f"page: {type(error).__name__}")
