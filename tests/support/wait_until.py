"""Waiting for a condition instead of sleeping."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

_POLL_S = 0.02


@overload
async def wait_until(
    condition: Callable[[], Awaitable[T]], *, within_s: float = ..., what: str = ...
) -> T: ...
@overload
async def wait_until(
    condition: Callable[[], T], *, within_s: float = ..., what: str = ...
) -> T: ...
async def wait_until(
    condition: Callable[[], Any], *, within_s: float = 10.0, what: str = "condition"
) -> Any:
    """Return the first true value of `condition`, sync or async; fail after `within_s`."""
    deadline_s = time.monotonic() + within_s
    while True:
        value = condition()
        result = await value if inspect.isawaitable(value) else value
        if result:
            return result
        if time.monotonic() > deadline_s:
            raise AssertionError(f"{what} did not come true within {within_s} s")
        await asyncio.sleep(_POLL_S)
