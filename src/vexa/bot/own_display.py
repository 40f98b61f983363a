"""A display of one bot alone, so that the pointer on it is the bot's own (docs/decisions/0108).

Xvfb runs with the smallest screen that Chromium's window fits on, a cookie in the bot's own folder,
and no TCP. It ends with the bot, however the bot ends: the kernel tells it to, and it bears the
bot's mark.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from vexa.bot.helper_process import end_helper
from vexa.bot.settings import helper_environment
from vexa.kit.xauthority import write_xauthority

_log = structlog.get_logger(__name__)

#: Width and height, pixels: that of Chromium's window (`--window-size`). Chromium wants 24 bits.
SCREEN = (1280, 720)
#: How long the server may take to start and to end, seconds.
_START_S, _END_S = 60.0, 2.0
#: Without them it is of no use: the server, and who moves its pointer.
_NEEDED = ("Xvfb", "xdotool")


@dataclass(frozen=True, slots=True)
class OwnDisplay:
    """A running display. `authority` is the file with its cookie."""

    name: str
    authority: Path

    @property
    def variables(self) -> dict[str, str]:
        """What a program needs in its environment to draw on it."""
        return {"DISPLAY": self.name, "XAUTHORITY": str(self.authority)}


@asynccontextmanager
async def open_own_display(work_dir: Path) -> AsyncIterator[OwnDisplay | None]:
    """Start a display; end it at the exit.

    Args:
        work_dir: the bot's own folder.

    Yields:
        The display; None where a program is missing or the server does not start, which the log
        tells: a bot can do without.
    """
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        _log.warning("no_own_display", why=f"not installed: {', '.join(missing)}")
        yield None
        return
    authority = _make_authority(work_dir)
    read_end, write_end = os.pipe()
    try:
        server = await asyncio.create_subprocess_exec(
            *_command(authority, write_end),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(write_end,),
            env=helper_environment(),
        )
    finally:
        os.close(write_end)
    try:
        number = await _number(read_end)
        if not number:
            _log.warning("no_own_display", why="Xvfb does not start", exit_code=server.returncode)
            yield None
            return
        _log.info("own_display", display=f":{number}", authority=str(authority))
        yield OwnDisplay(f":{number}", authority)
    finally:
        await end_helper(server, _END_S)
        authority.unlink(missing_ok=True)


def _make_authority(work_dir: Path) -> Path:
    authority = work_dir.resolve() / "Xauthority"
    write_xauthority(authority)
    return authority


def _command(authority: Path, number_to: int) -> list[str]:
    """Xvfb with a free number; without GLX, which Chromium does not use and which takes 30 MB."""
    width, height = SCREEN
    return [
        *("setpriv", "--pdeathsig", "TERM", "Xvfb", "-displayfd", str(number_to)),
        *("-screen", "0", f"{width}x{height}x24", "-auth", str(authority)),
        *("-nolisten", "tcp", "-noreset", "-extension", "GLX"),
    ]


async def _number(read_end: int) -> str:
    """Return the number that the server took; empty when it ended, or tells none in time."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end)
    )
    try:
        async with asyncio.timeout(_START_S):
            return (await reader.readline()).decode().strip()
    except TimeoutError:
        return ""
    finally:
        transport.close()
