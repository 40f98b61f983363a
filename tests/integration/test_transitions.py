"""The one function that moves a meeting: table, history, outbox and true outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from vexa.contracts.errors import IllegalTransition
from vexa.contracts.meeting import (
    OUTCOMES,
    MeetingKey,
    MeetingStatus,
    Outcome,
    PlatformName,
    TransitionSource,
)
from vexa.storage import leases, meetings, outbox, transitions, users
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.tables import MeetingRow
from vexa.storage.transitions import Move
from vexa.storage.users import NewUser

BOT = TransitionSource.BOT_CALLBACK
S = MeetingStatus


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


async def _meeting(database: Database) -> int:
    key = MeetingKey(PlatformName.GOOGLE_MEET, "abc-defg-hij")
    async with database.transaction() as session:
        user, _ = await users.create_or_get(session, NewUser("a@example.com", 3))
        new = NewMeeting(user.id, key, "https://meet.google.com/abc-defg-hij", "c" * 32, "host-a")
        return (await meetings.create(session, new, host_limit=5)).id


async def _move(database: Database, meeting_id: int, *steps: Move) -> MeetingRow:
    async with database.transaction() as session:
        for step in steps:
            row = await transitions.move(session, meeting_id, step)
    return row


async def _statuses_told(database: Database) -> list[str]:
    async with database.transaction() as session:
        rows = await outbox.oldest(session, outbox.MEETING_STATUS, limit=100)
    return [row.payload["payload"]["status"] for row in rows]


async def test_whole_life_leaves_its_history(database: Database) -> None:
    meeting_id = await _meeting(database)
    row = await _move(
        database,
        meeting_id,
        Move(BOT, to=S.JOINING),
        Move(BOT, to=S.AWAITING_ADMISSION),
        Move(BOT, to=S.ACTIVE),
        Move(BOT, outcome=Outcome.LEFT_ALONE),
    )
    assert row.status == S.COMPLETED
    assert row.start_time is not None
    assert row.end_time is not None
    assert row.data["completion_reason"] == "left_alone"
    assert "failure_stage" not in row.data
    assert row.data["status_transition"][-1]["completion_reason"] == "left_alone"
    assert await _statuses_told(database) == [
        *("requested", "joining", "awaiting_admission", "active", "completed")
    ]


async def test_end_is_final_and_a_refused_move_tells_nobody(database: Database) -> None:
    meeting_id = await _meeting(database)
    await _move(database, meeting_id, Move(BOT, outcome=Outcome.NOT_FOUND))
    with pytest.raises(IllegalTransition):
        await _move(database, meeting_id, Move(BOT, to=S.JOINING))
    assert await _statuses_told(database) == ["requested", "failed"]


async def test_a_rolled_back_move_tells_nobody(database: Database) -> None:
    meeting_id = await _meeting(database)
    # the second step is illegal, so the first must not have happened either
    with pytest.raises(IllegalTransition):
        await _move(database, meeting_id, Move(BOT, to=S.JOINING), Move(BOT, to=S.REQUESTED))
    assert await _statuses_told(database) == ["requested"]


async def test_parallel_ends_end_once(database: Database) -> None:
    meeting_id = await _meeting(database)

    async def end(outcome: Outcome) -> bool:
        try:
            await _move(database, meeting_id, Move(BOT, outcome=outcome))
        except IllegalTransition:
            return False
        return True

    outcomes = [Outcome.DENIED, Outcome.BOT_CRASHED] * 5
    assert (await asyncio.gather(*(end(outcome) for outcome in outcomes))).count(True) == 1
    assert await _statuses_told(database) == ["requested", "failed"]


@pytest.mark.parametrize("reported", [Outcome.BOT_CRASHED, Outcome.REMOVED, Outcome.BOT_HUNG])
async def test_after_a_users_stop_the_outcome_is_the_users(
    database: Database, reported: Outcome
) -> None:
    meeting_id = await _meeting(database)
    stop = Move(TransitionSource.USER, to=S.STOPPING, stop_requested=True)
    row = await _move(
        database, meeting_id, Move(BOT, to=S.JOINING), stop, Move(BOT, outcome=reported)
    )
    assert (row.status, row.data["outcome"]) == (S.COMPLETED, Outcome.STOPPED_BY_USER)
    assert row.data["end_stage"] == S.JOINING


async def test_nobody_is_said_to_have_stopped_a_bot_who_did_not(database: Database) -> None:
    meeting_id = await _meeting(database)
    row = await _move(database, meeting_id, Move(BOT, outcome=Outcome.STOPPED_BY_USER))
    assert row.data["outcome"] == Outcome.SERVER_STOPPED


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [(S.JOINING, Outcome.BLOCKED), (S.AWAITING_ADMISSION, Outcome.DENIED)],
)
async def test_never_admitted_is_failed_with_its_stage(
    database: Database, stage: MeetingStatus, outcome: Outcome
) -> None:
    meeting_id = await _meeting(database)
    steps = [Move(BOT, to=S.JOINING), Move(BOT, to=S.AWAITING_ADMISSION)]
    kept = steps[: 1 if stage is S.JOINING else 2]
    row = await _move(database, meeting_id, *kept, Move(BOT, outcome=outcome, reason="because"))
    assert (row.status, row.data["failure_stage"]) == (S.FAILED, stage)
    assert row.data["last_error"]["reason"] == "because"


@pytest.mark.parametrize(
    ("was_in", "status", "reason"),
    [(False, S.FAILED, "join_failure"), (True, S.COMPLETED, "evicted")],
)
async def test_a_wall_for_bots_has_the_reason_of_where_it_stood(
    database: Database, was_in: bool, status: MeetingStatus, reason: str
) -> None:
    meeting_id = await _meeting(database)
    way = [Move(BOT, to=S.JOINING), Move(BOT, to=S.ACTIVE)][: 1 + was_in]
    row = await _move(database, meeting_id, *way, Move(BOT, outcome=Outcome.BOTS_NOT_ALLOWED))
    assert (row.status, row.data["completion_reason"]) == (status, reason)
    assert row.data["outcome_message"] == OUTCOMES[Outcome.BOTS_NOT_ALLOWED].sentence


async def test_lease_has_one_holder_until_it_runs_out(database: Database) -> None:
    now, lifetime = datetime(2026, 11, 1, tzinfo=UTC), timedelta(seconds=15)

    async def acquire(holder: str, at: datetime) -> str:
        async with database.transaction() as session:
            return await leases.acquire(session, "role", holder, now=at, lifetime=lifetime)

    holders = [f"p{index}" for index in range(10)]
    winners = set(await asyncio.gather(*(acquire(holder, now) for holder in holders)))
    assert len(winners) == 1
    winner = winners.pop()
    assert await acquire("late", now + lifetime / 2) == winner
    assert await acquire(winner, now + lifetime / 2) == winner
    assert await acquire("late", now + lifetime * 2) == "late"
    async with database.transaction() as session:
        await leases.release(session, "role", winner)
    assert await acquire(winner, now + lifetime * 2) == "late"
