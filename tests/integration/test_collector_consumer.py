"""The consumer on real stores: finals once, drafts by order, names, poison, outages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from tests.support import speech_entries as say
from tests.support.wait_until import wait_until
from vexa.bus import live_tail
from vexa.bus.connection import Bus
from vexa.bus.streams import GroupReader
from vexa.contracts.errors import StorageUnavailable
from vexa.contracts.stream_names import (
    COLLECTOR_GROUP,
    TRANSCRIPTION_DEAD_LETTERS,
    TRANSCRIPTION_SEGMENTS,
    meeting_feed,
)
from vexa.contracts.times import iso_utc
from vexa.kit.clock import SystemClock
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import segments, sessions
from vexa.storage.database import Database
from vexa.transcription_collector.consumer import Consumer
from vexa.transcription_collector.service import Transcripts
from vexa.transcription_collector.upkeep import keep_up_once


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url)
    yield bus
    await bus.aclose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.aclose()


@pytest.fixture
async def meeting(database: Database) -> say.KnownMeeting:
    return await say.make_meeting(database)


@pytest.fixture
async def tasks() -> AsyncIterator[BackgroundTasks]:
    tasks = BackgroundTasks()
    yield tasks
    await tasks.aclose()


@pytest.fixture
async def feed(bus: Bus, meeting: say.KnownMeeting) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    await bus.subscribe(
        meeting_feed(meeting.id), lambda _channel, text: frames.append(json.loads(text))
    )
    return frames


def reader_of(bus: Bus, member: str = "a") -> GroupReader:
    return GroupReader(bus, TRANSCRIPTION_SEGMENTS, COLLECTOR_GROUP, member)


def consumer_of(
    bus: Bus, database: Database, member: str = "a", claim_idle_s: float = 8.0
) -> Consumer:
    return Consumer(
        reader_of(bus, member),
        bus,
        database,
        SystemClock(),
        batch_entries=50,
        claim_idle_s=claim_idle_s,
    )


async def drained(bus: Bus) -> bool:
    backlog = await reader_of(bus, "observer").backlog()
    return backlog.unread == 0 and backlog.pending == 0


async def texts(database: Database, meeting_id: int) -> list[tuple[str, str | None]]:
    async with database.transaction() as session:
        rows = await segments.of_meeting(session, meeting_id)
    return [(row.text, row.speaker) for row in rows]


async def entries_of(bus: Bus, stream: str) -> list[tuple[str, dict[str, str]]]:
    return cast(list[tuple[str, dict[str, str]]], await bus.redis.xrange(stream))


def mutable(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        segment
        for frame in frames
        if frame["type"] == "transcript.mutable"
        for segment in frame["payload"]["segments"]
    ]


async def shown(reading: Transcripts, meeting: say.KnownMeeting) -> list[tuple[str, bool]]:
    body = json.loads(await reading.read_by_id(meeting.api_key, meeting.id))
    return [(segment["text"], segment["completed"]) for segment in body["segments"]]


async def test_draft_then_final_is_one_segment(
    bus: Bus,
    database: Database,
    meeting: say.KnownMeeting,
    feed: list[dict[str, Any]],
    tasks: BackgroundTasks,
) -> None:
    tasks.spawn("consumer", consumer_of(bus, database).run())
    reading = Transcripts(database, bus)
    await say.write(
        bus,
        say.started(meeting.id, "s1", "Ada"),
        say.spoken(meeting.id, "s1", 0, "good", completed=False, speaker="Ada"),
        say.spoken(meeting.id, "s1", 0, "good mor", completed=False, speaker="Ada"),
    )
    await wait_until(lambda: drained(bus))
    assert await shown(reading, meeting) == [("good mor", False)]
    await say.write(bus, say.spoken(meeting.id, "s1", 0, "Good morning.", speaker="Ada"))
    await say.write(bus, say.spoken(meeting.id, "s1", 0, "late", completed=False))
    await wait_until(lambda: drained(bus))
    assert await shown(reading, meeting) == [("Good morning.", True)]
    assert (await live_tail.read(bus, meeting.id)).drafts == {}
    await wait_until(lambda: len(mutable(feed)) == 3)
    assert [s["text"] for s in mutable(feed)] == ["good", "good mor", "Good morning."]
    first = mutable(feed)[-1]
    assert first["absolute_start_time"] == "2026-11-25T10:00:00.000Z"
    assert (first["end"], first["end_time"], first["segment_id"]) == (1.5, 1.5, "s1:0")
    bundles = [frame for frame in feed if frame["type"] == "transcript"]
    assert [(b["speaker"], len(b["confirmed"]), len(b["pending"])) for b in bundles] == [
        ("Ada", 0, 1),
        ("Ada", 0, 1),
        ("Ada", 1, 0),
    ]


async def test_name_is_given_to_what_has_none_and_never_overwrites(
    bus: Bus,
    database: Database,
    meeting: say.KnownMeeting,
    feed: list[dict[str, Any]],
    tasks: BackgroundTasks,
) -> None:
    tasks.spawn("consumer", consumer_of(bus, database).run())
    await say.write(
        bus,
        say.started(meeting.id, "s1"),
        say.spoken(meeting.id, "s1", 0, "one"),
        say.spoken(meeting.id, "s1", 1, "two", speaker="Bob"),
        say.spoken(meeting.id, "s2", 0, "other"),
        say.spoken(meeting.id, "s1", 2, "thr", completed=False),
        say.named(meeting.id, "s1", "Ada"),
        say.named(meeting.id, "s1", "Eve"),
        say.spoken(meeting.id, "s1", 2, "three"),
    )
    await wait_until(lambda: drained(bus))
    assert sorted(await texts(database, meeting.id), key=str) == [
        ("one", "Ada"),
        ("other", None),
        ("three", "Ada"),
        ("two", "Bob"),
    ]
    await wait_until(lambda: [s["text"] for s in mutable(feed)][-1:] == ["three"])
    named = [(s["text"], s["speaker"]) for s in mutable(feed)][-3:]
    assert named == [("one", "Ada"), ("thr", "Ada"), ("three", "Ada")]


async def test_start_of_a_session_stays_what_its_messages_say(
    bus: Bus, database: Database, meeting: say.KnownMeeting, tasks: BackgroundTasks
) -> None:
    tasks.spawn("consumer", consumer_of(bus, database).run())
    for message in (
        say.named(meeting.id, "s1", "Ada"),
        say.started(meeting.id, "s1"),
        say.named(meeting.id, "s1", "Ada"),
        say.ended(meeting.id, "s1"),
    ):
        await say.write(bus, message)
        await wait_until(lambda: drained(bus))
    async with database.transaction() as session:
        row = await sessions.ensure(session, meeting.id, "s1", None)
    assert iso_utc(row.session_start_time) == say.START
    assert row.session_end_time is not None
    assert iso_utc(row.session_end_time) == "2026-11-25T10:10:00.000Z"


async def test_end_of_a_session_takes_its_drafts_back(
    bus: Bus,
    database: Database,
    meeting: say.KnownMeeting,
    feed: list[dict[str, Any]],
    tasks: BackgroundTasks,
) -> None:
    tasks.spawn("consumer", consumer_of(bus, database).run())
    await say.write(
        bus,
        say.started(meeting.id, "s1"),
        say.spoken(meeting.id, "s1", 0, "ghost", completed=False),
        say.spoken(meeting.id, "s2", 0, "stays", completed=False),
        say.ended(meeting.id, "s1"),
    )
    await wait_until(lambda: drained(bus))
    assert list((await live_tail.read(bus, meeting.id)).drafts) == ["s2:0"]
    await wait_until(lambda: len(mutable(feed)) == 3)
    assert (mutable(feed)[-1]["segment_id"], mutable(feed)[-1]["text"]) == ("s1:0", "")


async def test_poison_goes_to_the_dead_letters_and_its_neighbours_do_not(
    bus: Bus, database: Database, meeting: say.KnownMeeting, tasks: BackgroundTasks
) -> None:
    await say.write(bus, say.spoken(meeting.id, "s1", 0, "before"))
    await bus.redis.xadd(TRANSCRIPTION_SEGMENTS, {"payload": "{not json"})
    await bus.redis.xadd(TRANSCRIPTION_SEGMENTS, {"other": "x"})
    broken = say.spoken(meeting.id, "s1", 1, "x")
    broken.segments[0].end = "nan"
    await say.write(
        bus,
        broken,
        say.spoken(999_999, "s9", 0, "no such meeting"),
        say.spoken(meeting.id, "s1", 2, "nul \x00 after"),
    )
    tasks.spawn("consumer", consumer_of(bus, database).run())
    await wait_until(lambda: drained(bus))
    assert [text for text, _ in await texts(database, meeting.id)] == ["before", "nul  after"]
    dead = [fields["reason"] for _id, fields in await entries_of(bus, TRANSCRIPTION_DEAD_LETTERS)]
    assert len(dead) == 4
    assert dead[1:] == ["no payload", "time: out of range", "There is no such meeting."]
    assert dead[0].endswith("json_invalid")


async def test_entries_of_a_dead_reader_are_claimed(
    bus: Bus, database: Database, meeting: say.KnownMeeting, tasks: BackgroundTasks
) -> None:
    dead = reader_of(bus, "dead")
    await dead.prepare()
    await say.write(bus, *(say.spoken(meeting.id, "s1", n, f"t{n}") for n in range(120)))
    assert len(await dead.read(120, 100)) == 120
    tasks.spawn("consumer", consumer_of(bus, database, "b", claim_idle_s=0.3).run())
    await wait_until(lambda: drained(bus))
    assert [t for t, _ in await texts(database, meeting.id)] == [f"t{n}" for n in range(120)]


class _Flaky(Database):
    """A database whose connection can be cut."""

    away = True

    def transaction(self) -> Any:
        if self.away:
            raise StorageUnavailable
        return super().transaction()


async def test_database_away_keeps_entries_until_it_is_back(
    bus: Bus,
    database: Database,
    database_url: str,
    meeting: say.KnownMeeting,
    tasks: BackgroundTasks,
) -> None:
    flaky = _Flaky(database_url)
    consumer = consumer_of(bus, flaky)
    tasks.spawn("consumer", consumer.run())
    await say.write(bus, *(say.spoken(meeting.id, "s1", n, f"t{n}") for n in range(60)))
    await wait_until(consumer.problem)
    assert await texts(database, meeting.id) == []
    assert (await reader_of(bus).backlog()).pending > 0
    flaky.away = False
    await wait_until(lambda: drained(bus))
    assert [t for t, _ in await texts(database, meeting.id)] == [f"t{n}" for n in range(60)]
    assert await consumer.problem() is None
    await flaky.aclose()


async def _run_as_admin(postgres_session: str, *statements: str) -> None:
    admin = Database(postgres_session)
    async with admin.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await admin.aclose()


async def test_postgres_that_refuses_connections_loses_nothing(
    bus: Bus, postgres_session: str, postgres_url: str, tasks: BackgroundTasks
) -> None:
    database = Database(postgres_url)
    name = postgres_url.rsplit("/", 1)[1]
    meeting = await say.make_meeting(database)
    consumer = consumer_of(bus, database)
    tasks.spawn("consumer", consumer.run())
    await say.write(bus, say.spoken(meeting.id, "s1", 0, "t0"))
    await wait_until(lambda: drained(bus))
    await _run_as_admin(
        postgres_session,
        f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    await say.write(bus, *(say.spoken(meeting.id, "s1", n, f"t{n}") for n in range(1, 30)))
    await wait_until(consumer.problem)
    await _run_as_admin(postgres_session, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    await wait_until(lambda: drained(bus))
    assert await entries_of(bus, TRANSCRIPTION_DEAD_LETTERS) == []
    assert [t for t, _ in await texts(database, meeting.id)] == [f"t{n}" for n in range(30)]
    await database.aclose()


async def test_two_collectors_share_the_work_and_double_nothing(
    bus: Bus, database: Database, meeting: say.KnownMeeting, tasks: BackgroundTasks
) -> None:
    for member in "ab":
        tasks.spawn(member, consumer_of(bus, database, member).run())
    messages = [
        say.spoken(meeting.id, f"s{n % 5}", n // 5, f"t{n}", completed=done)
        for n in range(200)
        for done in (False, True)
    ]
    await say.write(bus, *messages)
    await wait_until(lambda: drained(bus), within_s=30)
    stored = [text for text, _ in await texts(database, meeting.id)]
    assert sorted(stored) == sorted(f"t{n}" for n in range(200))
    assert (await live_tail.read(bus, meeting.id)).drafts == {}


async def test_stream_is_trimmed_only_behind_what_every_group_acknowledged(
    bus: Bus, meeting: say.KnownMeeting
) -> None:
    first, second = reader_of(bus), GroupReader(bus, TRANSCRIPTION_SEGMENTS, "other", "x")
    await first.prepare()
    await second.prepare()
    ids = await say.write(bus, *(say.spoken(meeting.id, "s1", n, "t") for n in range(10)))
    await first.read(10, 100)
    await first.acknowledge(ids)
    await keep_up_once(first)
    assert await bus.redis.xlen(TRANSCRIPTION_SEGMENTS) == 10
    await second.read(6, 100)
    await second.acknowledge([*ids[:3], *ids[4:6]])
    await keep_up_once(first)
    left = [entry_id for entry_id, _ in await entries_of(bus, TRANSCRIPTION_SEGMENTS)]
    assert left == ids[3:]
