"""Waits for stores that start beside the container, and says what is wrong with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from vexa.bus.connection import Bus
from vexa.contracts.errors import VexaError
from vexa.kit.redaction import redact_text
from vexa.kit.store_urls import masked
from vexa.storage.database import Database

_POLL_S = 1.0
_SAY_EVERY_S = 10.0
#: Longest single try: a host that swallows packets would hold one for minutes.
_TRY_S = 10.0
_LOCAL = {"localhost", "127.0.0.1", "::1"}

Say = Callable[[str], None]


class StoreNotThere(VexaError):
    """A store of the environment cannot be used."""

    code = "store_not_there"


async def wait_for_database(url: str, within_s: float, say: Say) -> None:
    """Return when the database takes connections. Raises StoreNotThere after `within_s`."""
    database = Database(url)
    try:
        await _wait(f"the database at {_shown(url)}", url, database.check, within_s, say)
    finally:
        await database.aclose()


async def wait_for_redis(url: str, within_s: float, say: Say) -> None:
    """Return when Redis answers. Raises StoreNotThere after `within_s`."""
    bus = Bus(url)
    try:
        await _wait(f"Redis at {_shown(url)}", url, bus.check, within_s, say)
    finally:
        await bus.aclose()


async def _wait(
    what: str, url: str, check: Callable[[], Awaitable[None]], within_s: float, say: Say
) -> None:
    started_s = time.monotonic()
    said_s = None
    while (problem := await _problem(check)) is not None:
        now_s = time.monotonic()
        if now_s - started_s >= within_s:
            raise StoreNotThere(
                f"{what} cannot be used after {within_s:g} s: {problem}{_hint(url)}"
            )
        if said_s is None or now_s - said_s >= _SAY_EVERY_S:
            said_s = now_s
            say(f"waiting for {what}: {problem}")
        await asyncio.sleep(_POLL_S)


async def _problem(check: Callable[[], Awaitable[None]]) -> str | None:
    try:
        await asyncio.wait_for(check(), _TRY_S)
    # boundary: a driver refuses a login or a name of a database with errors of its own
    except Exception as exc:  # noqa: BLE001
        root: BaseException = exc
        while root.__cause__ is not None:
            root = root.__cause__
        first_line = (str(root) or type(root).__name__).splitlines()[0]
        return redact_text(first_line)
    return None


def _shown(url: str) -> str:
    return masked(url.replace("postgresql+asyncpg://", "postgresql://"))


def _hint(url: str) -> str:
    if urlsplit(url).hostname in _LOCAL:
        return "; inside a container, localhost is the container itself"
    return ""
