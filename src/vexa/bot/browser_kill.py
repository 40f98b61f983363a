"""Ends a browser that does not end when it is asked to. Linux's /proc only."""

from __future__ import annotations

import os
import signal
from pathlib import Path

_PROC = Path("/proc")


def kill_browser(profile: Path) -> int:
    """SIGKILL every process of the browser that runs with a profile; return how many there were.

    Chromium passes its profile on to its children by the same argument. What has none, such as its
    crash handler, is left to whoever ends the bot's processes.
    """
    found = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return sum(_kill(pid) for pid in found if f" --user-data-dir={profile} " in _line(pid))


def _line(pid: int) -> str:
    try:
        line = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        # it ended meanwhile, or is another account's
        return ""
    # children write theirs anew, with spaces in between
    return f"{line.decode(errors='replace')} ".replace("\0", " ")


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
