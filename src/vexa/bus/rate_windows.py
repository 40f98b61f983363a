"""Counters of requests, shared by every process, as a storage of the library `limits`.

The embedded Redis allows no scripts, so each step is one MULTI/EXEC; a window is two counters, and
the one before it weighs as much as is left of it (sliding window counter).
"""

from __future__ import annotations

import time
from typing import Any, cast

from limits.aio.storage.base import SlidingWindowCounterSupport, Storage

from vexa.bus.connection import Bus, translated
from vexa.contracts.errors import BusUnavailable
from vexa.contracts.stream_names import rate_window

#: previous count, seconds that it still weighs, present count, seconds until it becomes previous
Window = tuple[int, float, int, float]


class RateWindows(Storage, SlidingWindowCounterSupport):
    """Raises BusUnavailable; the caller decides what that means for a request."""

    STORAGE_SCHEME = None

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library may wrap."""
        return BusUnavailable

    async def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count a request if the window has room for it."""
        present, previous, left_s = _names(key, expiry)
        async with translated(), self._bus.redis.pipeline(transaction=True) as pipeline:
            pipeline.incrby(present, amount)
            pipeline.expire(present, expiry * 2)
            pipeline.get(previous)
            count, _, before = await pipeline.execute()
            if count + int(before or 0) * left_s / expiry <= limit:
                return True
            await self._bus.redis.decrby(present, amount)
            return False

    async def get_sliding_window(self, key: str, expiry: int) -> Window:
        """Return what was counted."""
        present, previous, left_s = _names(key, expiry)
        async with translated():
            count, before = cast(list[Any], await self._bus.redis.mget(present, previous))
        return int(before or 0), left_s, int(count or 0), left_s + expiry

    async def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget what was counted."""
        present, previous, _ = _names(key, expiry)
        async with translated():
            await self._bus.redis.delete(present, previous)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count in a window that does not slide."""
        name = rate_window(key, 0)
        async with translated(), self._bus.redis.pipeline(transaction=True) as pipeline:
            pipeline.incrby(name, amount)
            pipeline.expire(name, expiry, nx=True)
            return int((await pipeline.execute())[0])

    async def get(self, key: str) -> int:
        """Return what `incr` has counted."""
        async with translated():
            return int(await self._bus.redis.get(rate_window(key, 0)) or 0)

    async def get_expiry(self, key: str) -> float:
        """Return when the window of `incr` ends, as a Unix time."""
        async with translated():
            left_s = await self._bus.redis.ttl(rate_window(key, 0))
        return time.time() + max(left_s, 0)

    async def check(self) -> bool:
        """Tell whether Redis answers."""
        return await self._bus.problem() is None

    async def reset(self) -> int | None:
        """Not offered: windows end by themselves."""
        return None

    async def clear(self, key: str) -> None:
        """Forget what `incr` has counted."""
        async with translated():
            await self._bus.redis.delete(rate_window(key, 0))


def _names(key: str, expiry: int) -> tuple[str, str, float]:
    now_s = time.time()
    index = int(now_s // expiry)
    return rate_window(key, index), rate_window(key, index - 1), expiry - now_s % expiry
