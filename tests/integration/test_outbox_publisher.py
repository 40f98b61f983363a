"""Frames of `meeting.status` go out in order, and wait while Redis is away."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.stores import redis_server
from tests.support.wait_until import wait_until
from vexa.bot_manager.outbox_publisher import OutboxPublisher
from vexa.bus.connection import Bus
from vexa.contracts import stream_names
from vexa.contracts.errors import BusUnavailable
from vexa.contracts.meeting import (
    MeetingKey,
    MeetingStatus,
    Outcome,
    PlatformName,
    TransitionSource,
)
from vexa.kit.clock import SystemClock
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import meetings, outbox, transitions, users
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.transitions import Move
from vexa.storage.users import NewUser

BOT = TransitionSource.BOT_CALLBACK


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


@pytest.fixture
def redis_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="vexa-redis-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def _meeting(database: Database) -> int:
    key = MeetingKey(PlatformName.GOOGLE_MEET, "abc-defg-hij")
    async with database.transaction() as session:
        user, _ = await users.create_or_get(session, NewUser("a@example.com", 3))
        new = NewMeeting(user.id, key, "https://meet.google.com/abc-defg-hij", "c" * 32, "host-a")
        return (await meetings.create(session, new, host_limit=5)).id


async def _move(database: Database, meeting_id: int, step: Move) -> None:
    async with database.transaction() as session:
        await transitions.move(session, meeting_id, step)


async def _waiting(database: Database) -> int:
    async with database.transaction() as session:
        return await outbox.count(session)


async def _listen(bus: Bus, meeting_id: int) -> list[str]:
    heard: list[str] = []

    def receive(_channel: str, text: str) -> None:
        heard.append(json.loads(text)["payload"]["status"])

    await bus.subscribe(stream_names.meeting_status(meeting_id), receive)
    return heard


async def test_frames_wait_for_redis_and_keep_their_order(
    database: Database, redis_folder: Path
) -> None:
    meeting_id = await _meeting(database)
    bus = Bus(f"unix://{redis_folder / 'redis.sock'}")
    publisher = OutboxPublisher(database, bus, SystemClock(), "p1")
    await _move(database, meeting_id, Move(BOT, to=MeetingStatus.JOINING))
    with pytest.raises(BusUnavailable):
        await publisher.publish_batch()
    assert await _waiting(database) == 2
    with redis_server(redis_folder):
        heard = await _listen(bus, meeting_id)
        await _move(database, meeting_id, Move(BOT, outcome=Outcome.NOT_FOUND))
        await publisher.publish_batch()
        await wait_until(lambda: heard == ["requested", "joining", "failed"], what="three frames")
        assert await _waiting(database) == 0
        await bus.aclose()


async def test_only_one_of_several_publishers_sends(database: Database, redis_url: str) -> None:
    meeting_id = await _meeting(database)
    bus = Bus(redis_url)
    heard = await _listen(bus, meeting_id)
    first = OutboxPublisher(database, bus, SystemClock(), "p1")
    second = OutboxPublisher(database, bus, SystemClock(), "p2")
    await first.publish_batch()
    for step in (Move(BOT, to=MeetingStatus.JOINING), Move(BOT, outcome=Outcome.NOT_FOUND)):
        await _move(database, meeting_id, step)
        await asyncio.gather(first.publish_batch(), second.publish_batch())
    await wait_until(lambda: heard == ["requested", "joining", "failed"], what="each frame once")
    await bus.aclose()


async def test_running_publisher_is_woken(database: Database, redis_url: str) -> None:
    meeting_id = await _meeting(database)
    bus, tasks = Bus(redis_url), BackgroundTasks()
    heard = await _listen(bus, meeting_id)
    publisher = OutboxPublisher(database, bus, SystemClock(), "p1")
    tasks.spawn("publisher", publisher.run())
    publisher.wake()
    await wait_until(lambda: heard == ["requested"], what="frame")
    await tasks.aclose()
    await bus.aclose()
