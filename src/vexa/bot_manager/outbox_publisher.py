"""Sends what the outbox holds to Redis, in order, and deletes it once it has gone out.

At least once: a crash between sending and deleting sends a frame again. While Redis is away the
rows stay. Of several bot managers on one database only the holder of a lease publishes, so that
the frames of a meeting keep their order.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import timedelta

import structlog
from prometheus_client import Gauge

from vexa.bus.connection import Bus
from vexa.contracts import stream_names
from vexa.contracts.errors import BusUnavailable, StorageUnavailable
from vexa.kit.clock import Clock
from vexa.storage import leases, outbox
from vexa.storage.database import Database

_log = structlog.get_logger(__name__)

BATCH = 100
#: Moves of this process wake the publisher at once; this is for rows that an earlier one left.
POLL_S = 1.0
RETRY_S = 2.0
LEASE = "outbox-publisher"
LEASE_LIFETIME = timedelta(seconds=5)

_WAITING = Gauge("vexa_outbox_waiting", "Messages that have not gone out yet")


class OutboxPublisher:
    """Runs as one background task.

    Args:
        holder: name of this process among those on the same database.
    """

    def __init__(self, database: Database, bus: Bus, clock: Clock, holder: str) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._holder = holder
        self._woken = asyncio.Event()
        self._is_stuck = False

    def wake(self) -> None:
        """Look at the outbox now."""
        self._woken.set()

    async def run(self) -> None:
        """Publish for ever; errors of the stores are waited out."""
        while True:
            self._woken.clear()
            pause_s = POLL_S
            try:
                while await self.publish_batch():
                    pass
                self._note_stuck(False)
            except (BusUnavailable, StorageUnavailable) as exc:
                self._note_stuck(True, exc.code)
                pause_s = RETRY_S
                await asyncio.sleep(RETRY_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause_s)

    async def publish_batch(self) -> bool:
        """Send the oldest messages; tell whether there may be more.

        Raises:
            BusUnavailable: what has not gone out yet stays.
            StorageUnavailable: what has gone out may go out again.
        """
        now = self._clock.now()
        async with self._database.transaction() as session:
            holder = await leases.acquire(
                session, LEASE, self._holder, now=now, lifetime=LEASE_LIFETIME
            )
            if holder != self._holder:
                return False
            rows = await outbox.oldest(session, outbox.MEETING_STATUS, limit=BATCH)
            _WAITING.set(await outbox.count(session) if rows else 0)
        sent: list[int] = []
        try:
            for row in rows:
                channel = stream_names.meeting_status(row.meeting_id)
                await self._bus.publish(channel, json.dumps(row.payload))
                sent.append(row.id)
        finally:
            if sent:
                async with self._database.transaction() as session:
                    await outbox.remove(session, sent)
        return len(rows) == BATCH

    def _note_stuck(self, is_stuck: bool, code: str | None = None) -> None:
        if is_stuck and not self._is_stuck:
            _log.warning("outbox_waits", code=code)
        if self._is_stuck and not is_stuck:
            _log.info("outbox_flows")
        self._is_stuck = is_stuck
