"""Tells the moment a process ends, whether this process started it or adopted it."""

from __future__ import annotations

import asyncio
import os

from vexa.bot_manager.orchestrators.process_tree import is_running


class ExitWatch:
    """Watches one process through a pidfd, which becomes readable when the process ends.

    A pidfd names one process for good, so a later process with the same id is never meant.
    """

    def __init__(self, descriptor: int) -> None:
        loop = asyncio.get_running_loop()
        self._descriptor: int | None = descriptor
        self._ended: asyncio.Future[int | None] = loop.create_future()
        self._loop = loop
        loop.add_reader(descriptor, self._on_end)

    @classmethod
    def open(cls, pid: int, started_ticks: int) -> ExitWatch | None:
        """Watch this process; None when it does not run any more."""
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return None
        if not is_running(pid, started_ticks):
            os.close(descriptor)
            return None
        return cls(descriptor)

    async def wait(self) -> int | None:
        """Return the exit code, negative for a signal; None when it is not this process's child."""
        return await asyncio.shield(self._ended)

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._ended.done()

    def close(self) -> None:
        """Stop watching; a waiter is cancelled. Safe to call twice."""
        self._release()
        self._ended.cancel()

    def _on_end(self) -> None:
        assert self._descriptor is not None
        code = _reap(self._descriptor)
        self._release()
        if not self._ended.done():
            self._ended.set_result(code)

    def _release(self) -> None:
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


def _reap(descriptor: int) -> int | None:
    try:
        result = os.waitid(os.P_PIDFD, descriptor, os.WEXITED)
    except ChildProcessError:
        return None
    if result is None:
        return None
    return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
