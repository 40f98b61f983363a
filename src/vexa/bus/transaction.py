"""Several commands in one MULTI/EXEC: all of them, or none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from redis.asyncio.client import Pipeline
from redis.exceptions import WatchError

from vexa.bus.connection import Bus, translated
from vexa.contracts.errors import BusUnavailable

#: Tries of a transaction that others keep overtaking.
TRIES = 20


class Transaction:
    """First reads what it depends on, then queues writes; `pipeline` is for `vexa.bus` alone."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def begin_writes(self) -> None:
        """End the reading; what comes now is queued."""
        self.pipeline.multi()  # type: ignore[no-untyped-call]

    def publish(self, channel: str, text: str) -> None:
        """Queue a message to whoever listens on `channel`."""
        self.pipeline.publish(channel, text)


async def run_transaction(bus: Bus, build: Callable[[Transaction], Awaitable[None]]) -> None:
    """Run a transaction, again from the start while others change what it has read.

    Args:
        bus: the connection.
        build: reads, calls `begin_writes`, and queues the writes; may be called several times.

    Raises:
        BusUnavailable: Redis cannot be reached, or others were faster `TRIES` times. Nothing was
            written, unless the connection broke while the answer was on its way.
    """
    async with translated():
        for _ in range(TRIES):
            async with bus.redis.pipeline(transaction=True) as pipeline:
                try:
                    await build(Transaction(pipeline))
                    await pipeline.execute()
                except WatchError:
                    continue
                return
    raise BusUnavailable("Redis is reachable but too busy.")
