"""Sends due deliveries, many at a time, and writes down how each try ended.

Of several bot managers on one database only the holder of a lease delivers. The schedule is in
the database: whoever holds the lease next goes on with it, and sends again, under the same id,
what its predecessor was sending when it died.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx2
import structlog
from prometheus_client import Counter, Gauge

from vexa.bot_manager.webhooks.schedule import next_try
from vexa.bot_manager.webhooks.signatures import headers
from vexa.contracts.errors import StorageUnavailable, UnsafeUrl
from vexa.kit.clock import Clock
from vexa.kit.safe_http import Answer, SafeHttp
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import leases, webhook_deliveries, webhook_sending
from vexa.storage.database import Database
from vexa.storage.webhook_sending import Claimed, TryResult

_log = structlog.get_logger(__name__)

#: Longest time of one try, from the name's resolution to the last byte of the answer.
TIMEOUT_S = 15.0
#: An answer's body is not used.
MAX_ANSWER_BYTES = 4096
POLL_S = 1.0
#: Tries that end within this time are followed up together.
GATHER_S = 0.05
RETRY_S = 2.0
#: An endpoint that hangs keeps this many of all tries at a time, and delays none of the others.
PER_ENDPOINT = 4
MOST_AT_A_TIME = 200
LEASE = "webhook-deliverer"
LEASE_LIFETIME = timedelta(seconds=5)
LOG_LIFETIME = timedelta(days=30)
CLEAN_EVERY = timedelta(hours=1)

_WAITING = Gauge("vexa_webhooks_waiting", "Webhook deliveries that have not ended")
_TRIES = Counter("vexa_webhook_tries_total", "Tries to deliver a webhook", ["result"])


class WebhookDeliverer:
    """Runs as one background task, and one more for each try.

    Args:
        holder: name of this process among those on the same database.
        chance: numbers from 0 to 1 that spread the tries.
    """

    def __init__(
        self,
        database: Database,
        http: SafeHttp,
        clock: Clock,
        holder: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._http = http
        self._clock = clock
        self._holder = holder
        self._chance = chance
        self._tasks = BackgroundTasks()
        self._sending: dict[int, int] = {}
        self._ended: list[TryResult] = []
        self._woken = asyncio.Event()
        self._cleaned_at: datetime | None = None

    async def run(self) -> None:
        """Deliver for ever; a database that is away is waited for."""
        while True:
            self._woken.clear()
            try:
                await self.step()
            except StorageUnavailable as exc:
                _log.warning("webhooks_wait", code=exc.code)
                await asyncio.sleep(RETRY_S)
            except Exception:  # noqa: BLE001  # boundary: deliveries must outlive a defect
                _log.exception("webhook_defect")
                await asyncio.sleep(RETRY_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_S)
                await asyncio.sleep(GATHER_S)

    async def aclose(self) -> None:
        """End the tries that run; whoever delivers next makes them again."""
        await self._tasks.aclose()
        with contextlib.suppress(StorageUnavailable):
            async with self._database.transaction() as session:
                await webhook_sending.finish(session, self._ended)
                await leases.release(session, LEASE, self._holder)
        await self._http.aclose()

    async def step(self) -> int:
        """Write down the tries that have ended, and begin those that are due; return how many.

        Raises:
            StorageUnavailable: none was begun; what has ended is written down next time.
        """
        now, ended = self._clock.now(), list(self._ended)
        # the lease is kept while anything is being sent: without it that counts as lost
        if not self._sending and not await self._has_work(now):
            return 0
        claimed = await self._turn_over(now, ended)
        del self._ended[: len(ended)]
        for result in ended:
            del self._sending[result.claimed.delivery_id]
        for one in claimed:
            self._sending[one.delivery_id] = one.endpoint_id
            self._tasks.spawn(f"webhook {one.delivery_id}", self._try(one))
        return len(claimed)

    async def _has_work(self, now: datetime) -> bool:
        async with self._database.reading() as session:
            return await webhook_sending.has_work(session, now=now, sending=self._sending)

    async def _turn_over(self, now: datetime, ended: list[TryResult]) -> list[Claimed]:
        still_sent = dict(self._sending)
        for result in ended:
            del still_sent[result.claimed.delivery_id]
        async with self._database.transaction() as session:
            await webhook_sending.finish(session, ended)
            holder = await leases.acquire(
                session, LEASE, self._holder, now=now, lifetime=LEASE_LIFETIME
            )
            if holder != self._holder:
                return []
            await webhook_sending.recover(session, now=now, sending=still_sent)
            if self._cleaned_at is None or now - self._cleaned_at >= CLEAN_EVERY:
                await webhook_deliveries.forget_before(session, now - LOG_LIFETIME)
                self._cleaned_at = now
            _WAITING.set(await webhook_sending.count_waiting(session))
            return await webhook_sending.claim(
                session,
                now=now,
                sending=still_sent.values(),
                per_endpoint=PER_ENDPOINT,
                limit=MOST_AT_A_TIME - len(still_sent),
            )

    async def _try(self, claimed: Claimed) -> None:
        result = await self._send(claimed)
        _TRIES.labels(result.error or "delivered").inc()
        _log.info(
            "webhook_tried",
            delivery_id=claimed.delivery_id,
            event_id=claimed.event_id,
            status_code=result.status_code,
            error=result.error,
        )
        self._ended.append(result)
        # it is written down now, and the next event of the same meeting may go
        self._woken.set()

    async def _send(self, claimed: Claimed) -> TryResult:
        sent = headers(claimed.event_id, claimed.body, claimed.secrets, self._clock.now())
        try:
            answer = await self._http.request(
                "POST", claimed.url, headers=sent, content=claimed.body
            )
        except UnsafeUrl:
            return self._failed(claimed, "address_not_allowed")
        except httpx2.TimeoutException:
            return self._failed(claimed, "timeout")
        except httpx2.ConnectError:
            return self._failed(claimed, "no_connection")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
            return self._failed(claimed, "connection_broken")
        return self._judged(claimed, answer)

    def _judged(self, claimed: Claimed, answer: Answer) -> TryResult:
        status, now = answer.status, self._clock.now()
        if httpx2.codes.is_success(status):
            return TryResult(claimed, now, status)
        if status == httpx2.codes.GONE:
            return TryResult(claimed, now, status, "gone", is_gone=True)
        error = "redirect" if httpx2.codes.is_redirect(status) else "refused"
        return self._failed(claimed, error, status, answer.headers.get("Retry-After"))

    def _failed(
        self,
        claimed: Claimed,
        error: str,
        status: int | None = None,
        retry_after: str | None = None,
    ) -> TryResult:
        now = self._clock.now()
        at = next_try(claimed.tries + 1, now, chance=self._chance(), retry_after=retry_after)
        return TryResult(claimed, now, status, error, next_try_at=at)
