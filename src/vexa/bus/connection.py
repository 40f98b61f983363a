"""One process's connection to Redis: a bounded pool, and one shared pub/sub connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import (
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from vexa.bus.fan_out import FanOut, Receiver
from vexa.contracts.errors import BusUnavailable

#: Connections of one process. Feed readers share one, so this bounds commands in flight only.
POOL_SIZE = 16
#: How long a command waits for a free connection of the pool.
POOL_WAIT_S = 5.0
CONNECT_TIMEOUT_S = 3.0
#: Longest wait for an answer; longer than any blocking read of `bus.streams`.
ANSWER_TIMEOUT_S = 10.0
#: Tries after the first, so that a connection that died while idle is not a caller's problem.
RETRIES = 2
#: Server answers that mean "cannot write now", not "the command is wrong".
_OPERATIONAL = ("MISCONF", "OOM", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS")


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn Redis's own errors into ours.

    Raises:
        BusUnavailable: Redis cannot be reached, refuses this login, or cannot take writes now.
    """
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError, OSError) as exc:
        raise BusUnavailable from exc
    except (OutOfMemoryError, ReadOnlyError, NoPermissionError) as exc:
        raise BusUnavailable("Redis is reachable but refuses this command.") from exc
    except ResponseError as exc:
        if str(exc).startswith(_OPERATIONAL):
            raise BusUnavailable("Redis is reachable but cannot take writes now.") from exc
        raise


class Bus:
    """Owns the pool. Connects at the first command, and again by itself after a loss.

    Args:
        url: `redis://`, `rediss://` or `unix://`, as `RedisSettings.bus_url` gives it.
    """

    def __init__(self, url: str) -> None:
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=POOL_SIZE,
            timeout=POOL_WAIT_S,
            decode_responses=True,
            protocol=2,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(ExponentialBackoff(cap=0.4, base=0.05), RETRIES),
        )
        self._redis = Redis.from_pool(self._pool)
        self._fan_out = FanOut(self._redis)

    @property
    def redis(self) -> Redis:
        """The client, for the modules of `vexa.bus` alone; use it inside `translated()`."""
        return self._redis

    async def publish(self, channel: str, text: str) -> int:
        """Send `text` to whoever listens on `channel` now.

        Returns:
            How many connections took it; 0 is normal.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            return int(await self._redis.publish(channel, text))

    async def subscribe(self, channel: str, receiver: Receiver) -> None:
        """Call `receiver(channel, text)` for every message from now on.

        Returns once Redis has confirmed, so nothing published afterwards is missed while the
        connection holds. After a lost connection all channels are subscribed again; what was
        published in between is gone. `receiver` must not block. Subscribing the same receiver
        twice is one subscription.

        Raises:
            BusUnavailable: Redis did not confirm in time; nothing stays subscribed.
        """
        async with translated():
            await self._fan_out.add(channel, receiver)

    async def unsubscribe(self, channel: str, receiver: Receiver) -> None:
        """Stop calling `receiver` for `channel`. Safe to call twice, and while Redis is away."""
        await self._fan_out.discard(channel, receiver)

    async def check(self) -> None:
        """Return when Redis answers.

        Raises:
            BusUnavailable: it does not.
        """
        async with translated():
            await self._redis.ping()

    async def problem(self) -> str | None:
        """Say what is wrong with Redis, or None: a readiness check."""
        try:
            await self.check()
        except BusUnavailable as exc:
            return exc.detail
        return None

    async def aclose(self) -> None:
        """Close every connection. Safe to call twice."""
        await self._fan_out.aclose()
        await self._redis.aclose()
        await self._pool.aclose()
