"""A held heartbeat is answered the moment there is an order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from tests.support.wait_until import wait_until
from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.heartbeats import Heartbeats
from vexa.bot_manager.moves import Moves, Stopper
from vexa.bot_manager.outbox_publisher import OutboxPublisher
from vexa.bot_manager.speech_wishes import reconfigured
from vexa.bus.connection import Bus
from vexa.contracts.bot import Hears, Heartbeat, OrderKind, SpeechWishes
from vexa.contracts.errors import NotAllowed
from vexa.contracts.http.bots import BotConfig
from vexa.contracts.meeting import (
    LONGEST_NAME,
    MOST_PARTICIPANTS,
    MeetingKey,
    MeetingStatus,
    Outcome,
    PlatformName,
    TransitionSource,
)
from vexa.contracts.meeting_token import MeetingClaims
from vexa.kit.clock import SystemClock
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import meetings, transitions, users
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.tables import MeetingRow
from vexa.storage.transitions import Move
from vexa.storage.users import NewUser

CONNECTION_ID = "c" * 32
#: Longer than any test: an answer that comes has not been waited out.
FOR_EVER_S = 3600.0


class Rig:
    """Heartbeats and moves on one database, without HTTP."""

    def __init__(self, database_url: str) -> None:
        self.database = Database(database_url)
        self.bus = Bus("redis://127.0.0.1:1")
        clock, self.fleet = SystemClock(), Fleet(SystemClock())
        publisher = OutboxPublisher(self.database, self.bus, clock, "p1")
        self.moves = Moves(self.database, self.fleet, publisher)
        self.heartbeats = Heartbeats(self.database, clock, self.fleet, FOR_EVER_S)

    async def row(self, meeting_id: int) -> MeetingRow:
        """The meeting as it is now."""
        async with self.database.reading() as session:
            row = await meetings.by_id(session, meeting_id)
        assert row is not None
        return row

    async def meeting(self) -> MeetingRow:
        """Make a meeting whose bot is joining."""
        key = MeetingKey(PlatformName.GOOGLE_MEET, "abc-defg-hij")
        url = "https://meet.google.com/abc-defg-hij"
        async with self.database.transaction() as session:
            user, _ = await users.create_or_get(session, NewUser("a@example.com", 3))
            new = NewMeeting(user.id, key, url, CONNECTION_ID, "host-a")
            row = await meetings.create(session, new, host_limit=5)
        step = Move(TransitionSource.BOT_CALLBACK, to=MeetingStatus.JOINING)
        return await self.moves.move(row.id, step)


@pytest.fixture
async def rig(database_url: str) -> AsyncIterator[Rig]:
    made = Rig(database_url)
    yield made
    await made.bus.aclose()
    await made.database.aclose()


def _claims(meeting_id: int) -> MeetingClaims:
    return MeetingClaims(
        meeting_id=meeting_id,
        user_id=1,
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        iat=0,
        exp=2**31,
        jti="j",
    )


def _beat(config_revision: int | None = 0) -> Heartbeat:
    return Heartbeat(connection_id=CONNECTION_ID, state="joining", config_revision=config_revision)


async def test_stop_wakes_a_held_heartbeat(rig: Rig) -> None:
    row, tasks = await rig.meeting(), BackgroundTasks()
    held = tasks.spawn("heartbeat", rig.heartbeats.take(_claims(row.id), _beat()))

    async def is_recorded() -> bool:
        async with rig.database.transaction() as session:
            now = await meetings.by_id(session, row.id)
        return now is not None and now.heartbeat_at is not None

    await wait_until(is_recorded, what="heartbeat")
    await rig.moves.request_stop(row.id, Stopper.USER)
    answer = await asyncio.wait_for(held, 10)
    assert [order.action for order in answer.orders] == [OrderKind.LEAVE]
    await tasks.aclose()


async def test_order_is_state_and_comes_again(rig: Rig) -> None:
    row = await rig.meeting()
    await rig.moves.request_stop(row.id, Stopper.USER)
    for _ in range(2):
        answer = await asyncio.wait_for(rig.heartbeats.take(_claims(row.id), _beat()), 10)
        assert [order.action for order in answer.orders] == [OrderKind.LEAVE]


async def test_a_change_comes_until_the_bot_says_that_it_follows_it(rig: Rig) -> None:
    row = await rig.meeting()
    async with rig.database.transaction() as session:
        locked = await transitions.locked(session, row.id)
        locked.data = reconfigured(locked.data, BotConfig(language="de"))
    for _ in range(2):
        answer = await asyncio.wait_for(rig.heartbeats.take(_claims(row.id), _beat()), 10)
        (order,) = answer.orders
        assert (order.action, order.config_revision) == (OrderKind.RECONFIGURE, 1)
        assert order.speech == SpeechWishes(language="de")
    tasks = BackgroundTasks()
    held = tasks.spawn("heartbeat", rig.heartbeats.take(_claims(row.id), _beat(1)))
    await rig.moves.request_stop(row.id, Stopper.USER)
    answer = await asyncio.wait_for(held, 10)
    assert [order.action for order in answer.orders] == [OrderKind.LEAVE]
    await tasks.aclose()


async def test_bot_of_an_ended_meeting_is_sent_away(rig: Rig) -> None:
    row = await rig.meeting()
    await rig.moves.end(row.id, Outcome.BOT_HUNG)
    answer = await asyncio.wait_for(rig.heartbeats.take(_claims(row.id), _beat()), 10)
    assert answer.status == "unknown"
    assert [order.action for order in answer.orders] == [OrderKind.LEAVE]


async def test_token_of_another_meeting_is_refused(rig: Rig) -> None:
    row = await rig.meeting()
    with pytest.raises(NotAllowed):
        await rig.heartbeats.take(_claims(row.id + 1), _beat())


async def test_the_meeting_says_whether_its_people_were_told(rig: Rig) -> None:
    row = await rig.meeting()
    await rig.moves.request_stop(row.id, Stopper.USER)
    for told, kept in ((None, None), (False, False), (True, True), (None, True)):
        beat = _beat().model_copy(update={"notice_posted": told})
        await asyncio.wait_for(rig.heartbeats.take(_claims(row.id), beat), 10)
        async with rig.database.transaction() as session:
            now = await meetings.by_id(session, row.id)
        assert now is not None
        assert now.data.get("notice_posted") is kept


async def test_names_that_a_bot_told_outlive_it_and_a_late_one_takes_the_place_of_the_first(
    rig: Rig,
) -> None:
    row = await rig.meeting()
    await rig.moves.move(row.id, Move(TransitionSource.BOT_CALLBACK, to=MeetingStatus.ACTIVE))
    await rig.moves.request_stop(row.id, Stopper.SERVER)
    told: tuple[list[str] | None, ...] = (None, ["Guest", "Bob"], ["Ada", "Bob"], None)
    for names in told:
        beat = _beat().model_copy(update={"names": names})
        await asyncio.wait_for(rig.heartbeats.take(_claims(row.id), beat), 10)
        assert "participants" not in (await rig.row(row.id)).data
    await rig.moves.end(row.id, Outcome.BOT_CRASHED)
    assert (await rig.row(row.id)).data["participants"] == ["Ada", "Bob"]


async def test_more_or_longer_names_than_may_be_are_refused() -> None:
    for names in (["Ada"] * (MOST_PARTICIPANTS + 1), ["A" * (LONGEST_NAME + 1)]):
        with pytest.raises(ValidationError, match="names"):
            Heartbeat(connection_id=CONNECTION_ID, state="active", names=names)


async def test_the_meeting_says_by_what_its_bot_hears(rig: Rig) -> None:
    row = await rig.meeting()
    await rig.moves.request_stop(row.id, Stopper.USER)
    told = (None, Hears.NOTHING, Hears.SINK, None)
    for hears, kept in zip(told, (None, "nothing", "sink", "sink"), strict=True):
        beat = _beat().model_copy(update={"hears": hears})
        await asyncio.wait_for(rig.heartbeats.take(_claims(row.id), beat), 10)
        async with rig.database.transaction() as session:
            now = await meetings.by_id(session, row.id)
        assert now is not None
        assert now.data.get("hears") == kept
