"""One bot for a user and meeting, and the quota, held by the database under parallel requests."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from vexa.contracts.errors import HostFull, LimitReached, MeetingAlreadyHasBot
from vexa.contracts.meeting import MeetingKey, MeetingStatus, PlatformName
from vexa.storage import meetings, outbox, users
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.tables import MeetingRow
from vexa.storage.users import NewUser

PARALLEL = 20


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


async def _user(database: Database, quota: int, email: str = "a@example.com") -> int:
    async with database.transaction() as session:
        row, _ = await users.create_or_get(session, NewUser(email, quota))
        return row.id


def _new(user_id: int, code: str = "abc-defg-hij") -> NewMeeting:
    key = MeetingKey(PlatformName.GOOGLE_MEET, code)
    return NewMeeting(user_id, key, f"https://meet.google.com/{code}", uuid.uuid4().hex, "host-a")


def _codes(count: int) -> list[str]:
    return [f"aaa-bbbb-cc{chr(97 + index)}" for index in range(count)]


async def _try(database: Database, new: NewMeeting, host_limit: int = 1000) -> str:
    try:
        async with database.transaction() as session:
            await meetings.create(session, new, host_limit=host_limit)
    except (MeetingAlreadyHasBot, LimitReached, HostFull) as exc:
        return exc.code
    return "made"


async def _rows(database: Database) -> int:
    async with database.transaction() as session:
        return (await session.scalars(select(func.count()).select_from(MeetingRow))).one()


async def test_parallel_requests_for_one_meeting_make_one_bot(database: Database) -> None:
    user_id = await _user(database, quota=10)
    results = await asyncio.gather(*(_try(database, _new(user_id)) for _ in range(PARALLEL)))
    assert results.count("made") == 1
    assert results.count("meeting_already_has_bot") == PARALLEL - 1
    assert await _rows(database) == 1


async def test_parallel_requests_never_exceed_the_quota(database: Database) -> None:
    user_id = await _user(database, quota=3)
    results = await asyncio.gather(
        *(_try(database, _new(user_id, code)) for code in _codes(PARALLEL))
    )
    assert results.count("made") == 3
    assert results.count("limit_reached") == PARALLEL - 3
    assert await _rows(database) == 3


async def test_parallel_requests_of_many_users_never_exceed_the_host(database: Database) -> None:
    ids = [await _user(database, 3, f"u{index}@example.com") for index in range(PARALLEL)]
    results = await asyncio.gather(
        *(_try(database, _new(user_id), host_limit=5) for user_id in ids)
    )
    assert results.count("made") == 5
    assert results.count("host_full") == PARALLEL - 5


async def test_quota_of_zero_is_no_quota(database: Database) -> None:
    user_id = await _user(database, quota=0)
    results = [await _try(database, _new(user_id, code)) for code in _codes(5)]
    assert results == ["made"] * 5


async def test_database_itself_refuses_a_second_open_bot(database: Database) -> None:
    user_id = await _user(database, quota=3)
    await _try(database, _new(user_id))
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            session.add(
                MeetingRow(
                    user_id=user_id,
                    platform=PlatformName.GOOGLE_MEET,
                    platform_specific_id="abc-defg-hij",
                    status=MeetingStatus.STOPPING,
                    connection_id=uuid.uuid4().hex,
                    data={},
                )
            )


async def test_creating_tells_readers_and_a_refusal_does_not(database: Database) -> None:
    user_id = await _user(database, quota=1)
    await _try(database, _new(user_id))
    await _try(database, _new(user_id))
    async with database.transaction() as session:
        waiting = await outbox.oldest(session, outbox.MEETING_STATUS, limit=10)
    assert [row.payload["payload"] for row in waiting] == [{"status": "requested"}]
    assert waiting[0].payload["type"] == "meeting.status"
    assert waiting[0].payload["meeting"] == {
        "id": waiting[0].meeting_id,
        "platform": "google_meet",
        "native_id": "abc-defg-hij",
    }
