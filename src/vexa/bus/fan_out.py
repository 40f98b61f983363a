"""Many receivers in this process, one pub/sub connection to Redis.

A pub/sub connection for each reader would use up the pool, and later readers would be
acknowledged and silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from vexa.contracts.errors import BusUnavailable
from vexa.kit.tasks import BackgroundTasks

_log = structlog.get_logger(__name__)

Receiver = Callable[[str, str], None]

#: How long a new subscriber waits for Redis to confirm.
CONFIRM_TIMEOUT_S = 5.0
#: Silence after which the connection is tried with a ping; twice that and it is opened anew.
IDLE_S = 5.0
RECONNECT_DELAY_S = 0.2


class _Channel:
    """Receivers of one channel, and whether Redis sends it to us now."""

    def __init__(self) -> None:
        self.receivers: set[Receiver] = set()
        self.confirmed = asyncio.Event()


class FanOut:
    """Owns the pub/sub connection and the task that reads it; both begin with the first use."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._channels: dict[str, _Channel] = {}
        self._pubsub: PubSub | None = None
        self._tasks = BackgroundTasks()
        self._reader: asyncio.Task[Any] | None = None

    async def add(self, channel: str, receiver: Receiver) -> None:
        """See `Bus.subscribe`.

        Raises:
            BusUnavailable: no confirmation within `CONFIRM_TIMEOUT_S`.
        """
        entry = self._channels.get(channel)
        if entry is None:
            entry = self._channels[channel] = _Channel()
            entry.receivers.add(receiver)
            await self._send_subscribe([channel])
        entry.receivers.add(receiver)
        if self._reader is None or self._reader.done():
            self._reader = self._tasks.spawn("bus-fan-out", self._read_for_ever())
        try:
            await asyncio.wait_for(entry.confirmed.wait(), CONFIRM_TIMEOUT_S)
        except TimeoutError as exc:
            await self.discard(channel, receiver)
            raise BusUnavailable from exc
        except asyncio.CancelledError:
            await self.discard(channel, receiver)
            raise

    async def discard(self, channel: str, receiver: Receiver) -> None:
        """See `Bus.unsubscribe`."""
        entry = self._channels.get(channel)
        if entry is None:
            return
        entry.receivers.discard(receiver)
        if entry.receivers:
            return
        del self._channels[channel]
        if self._pubsub is None:
            return
        try:
            await self._pubsub.unsubscribe(channel)
        except (RedisError, OSError):
            self._pubsub = None

    async def aclose(self) -> None:
        """Stop reading and forget every receiver."""
        self._channels.clear()
        await self._tasks.aclose()

    async def _send_subscribe(self, channels: list[str]) -> None:
        # a failure here is the reader's to repair: it subscribes to all channels once connected
        if self._pubsub is None or not channels:
            return
        try:
            await self._pubsub.subscribe(*channels)
        except (RedisError, OSError):
            self._pubsub = None

    async def _read_for_ever(self) -> None:
        while True:
            pubsub = self._redis.pubsub()
            try:
                await pubsub.connect()  # type: ignore[no-untyped-call]
                self._pubsub = pubsub
                await self._send_subscribe(list(self._channels))
                await self._read(pubsub)
            except (RedisError, OSError) as exc:
                _log.warning("feed_connection_lost", error=type(exc).__name__)
            finally:
                self._pubsub = None
                for entry in self._channels.values():
                    entry.confirmed.clear()
                await pubsub.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(RECONNECT_DELAY_S)

    async def _read(self, pubsub: PubSub) -> None:
        silent = False
        while self._pubsub is pubsub:
            message = await pubsub.get_message(timeout=IDLE_S)
            if message is not None:
                silent = False
                self._deliver(message)
            elif silent and self._channels:
                raise OSError("no answer to a ping")
            elif self._channels:
                silent = True
                await pubsub.ping()

    def _deliver(self, message: dict[str, Any]) -> None:
        entry = self._channels.get(str(message["channel"]))
        if entry is None:
            return
        if message["type"] == "subscribe":
            entry.confirmed.set()
        elif message["type"] == "message":
            for receiver in tuple(entry.receivers):
                receiver(str(message["channel"]), message["data"])
