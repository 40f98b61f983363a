"""The pointer of a display, moved and pressed by the X server itself (XTEST, by xdotool).

What a page sees of it is what it sees of a mouse: whole pixels, the server's clock, and no trace of
the browser's own automation.
"""

from __future__ import annotations

import asyncio
import random

from vexa.bot.own_display import SCREEN, OwnDisplay
from vexa.bot.pointer_path import LONGEST_S, Place, pointer_path
from vexa.bot.settings import helper_environment

#: How long a person holds a button down, seconds.
_HOLD_S = (0.05, 0.12)
#: What an order of xdotool may take beyond the waits in it, seconds; a busy machine starts it late.
_ORDER_S = 5.0


class PointerError(Exception):
    """The pointer cannot be moved."""


class Pointer:
    """The one pointer of a display. Its places are pixels of the screen.

    Args:
        display: the display.
        dice: what makes each path another.
    """

    def __init__(self, display: OwnDisplay, dice: random.Random) -> None:
        self._dice = dice
        self._environment = {**helper_environment(), **display.variables}

    async def glide(self, to: Place) -> None:
        """Move to a place as a person does. Raises PointerError."""
        orders: list[str] = []
        for step in pointer_path(await self.place(), to, SCREEN, self._dice):
            orders += ["mousemove", str(step.x), str(step.y), "sleep", f"{step.wait_s:.4f}"]
        await self._order(*orders)

    async def press(self) -> None:
        """Press and release the first button where the pointer is. Raises PointerError."""
        hold_s = self._dice.uniform(*_HOLD_S)
        await self._order("mousedown", "1", "sleep", f"{hold_s:.3f}", "mouseup", "1")

    async def place(self) -> Place:
        """Return where it is; a person who helps at the door moves it, too. Raises PointerError."""
        told = (await self._order("getmouselocation", "--shell")).split()
        values = dict(line.partition("=")[::2] for line in told)
        try:
            return int(values["X"]), int(values["Y"])
        except (KeyError, ValueError) as exc:
            raise PointerError("xdotool tells no place") from exc

    async def _order(self, *order: str) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *("xdotool", *order),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment,
            )
        except OSError as exc:
            raise PointerError(f"xdotool: {type(exc).__name__}") from exc
        try:
            async with asyncio.timeout(LONGEST_S + _ORDER_S):
                told, _ = await process.communicate()
        except TimeoutError as exc:
            raise PointerError("xdotool does not end") from exc
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise PointerError(f"xdotool ended with status {process.returncode}")
        return told.decode(errors="replace")
