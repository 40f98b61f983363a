"""SIGKILL of Redis under a working collector: it goes on by itself, and no final is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.support import speech_entries as say
from tests.support.stores import redis_server
from tests.support.wait_until import wait_until
from vexa.bus.connection import Bus
from vexa.bus.streams import GroupReader
from vexa.contracts.errors import BusUnavailable
from vexa.contracts.stream_names import COLLECTOR_GROUP, TRANSCRIPTION_SEGMENTS
from vexa.kit.clock import SystemClock
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import segments
from vexa.storage.database import Database
from vexa.transcription_collector.consumer import Consumer

FINALS = 600


async def test_collector_outlives_redis(database_url: str) -> None:
    database, tasks = Database(database_url), BackgroundTasks()
    meeting = await say.make_meeting(database)
    with tempfile.TemporaryDirectory(prefix="vexa-redis-") as name:
        folder = Path(name)
        with redis_server(folder) as (server, url):
            bus = Bus(url)
            reader = GroupReader(bus, TRANSCRIPTION_SEGMENTS, COLLECTOR_GROUP, "a")
            await say.write(bus, *(say.spoken(meeting.id, "s1", n, f"t{n}") for n in range(FINALS)))
            consumer = Consumer(
                reader, bus, database, SystemClock(), batch_entries=10, claim_idle_s=0.5
            )
            tasks.spawn("consumer", consumer.run())

            async def stored() -> int:
                async with database.transaction() as session:
                    return len(await segments.of_meeting(session, meeting.id))

            await wait_until(lambda: _at_least(stored, 50))
            server.kill()
            await wait_until(consumer.problem)
        with redis_server(folder):
            await wait_until(lambda: _drained(reader), within_s=30)
            assert await stored() == FINALS
            assert await consumer.problem() is None
            await tasks.aclose()
            await bus.aclose()
    await database.aclose()


async def _at_least(count: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await count() >= wanted


async def _drained(reader: GroupReader) -> bool:
    try:
        backlog = await reader.backlog()
    except BusUnavailable:
        return False
    return backlog.unread == 0 and backlog.pending == 0
