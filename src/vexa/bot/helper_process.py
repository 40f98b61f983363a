"""Ends a program that serves one bot: its display server, its sound server."""

from __future__ import annotations

import asyncio
import contextlib


async def end_helper(process: asyncio.subprocess.Process, within_s: float) -> None:
    """End a process: SIGTERM, after `within_s` seconds SIGKILL. Safe when it has ended."""
    if process.returncode is None:
        # it may end before it is told to
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    try:
        async with asyncio.timeout(within_s):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
