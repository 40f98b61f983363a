"""Of a crowd of requests for bots, answers come before starts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: A start waits for answers so long, seconds: less than it takes a browser to open.
WAIT_S = 1.0
#: So many processes are started at a time.
STARTS_AT_ONCE = 2


class AnswersFirst:
    """Holds starts back while requests are being answered.

    Args:
        wait_s: longest wait of one start, so that requests without end hold nothing up.
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._answering = 0
        self._all_answered = asyncio.Event()
        self._all_answered.set()
        self._places = asyncio.Semaphore(STARTS_AT_ONCE)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer one request within this."""
        self._answering += 1
        self._all_answered.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._all_answered.set()

    async def place(self) -> asyncio.Semaphore:
        """Wait for a moment without requests; start within what is returned."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_answered.wait(), self._wait_s)
        return self._places
