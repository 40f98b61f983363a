"""Signs of life from bots, and the orders that go back with the answers.

Orders are read from the meeting, not from a queue: a bot that was not listening when its user
stopped it gets the order with its first heartbeat, and one that lost an answer gets it again.
"""

from __future__ import annotations

import asyncio
import contextlib

from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.reports import meeting_of
from vexa.bot_manager.speech_wishes import order_for
from vexa.contracts.bot import Heartbeat, HeartbeatAnswer, Order, OrderKind
from vexa.contracts.meeting import TERMINAL, MeetingStatus
from vexa.contracts.meeting_token import MeetingClaims
from vexa.kit.clock import Clock
from vexa.storage import bots
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow

#: How long an answer may wait for an order.
HOLD_S = 4.0
#: Part of the heartbeat timeout that one held answer may take up: a held bot is no silent bot.
HOLD_SHARE = 1 / 3

_LEAVE = [Order(action=OrderKind.LEAVE)]


class Heartbeats:
    """Takes `Heartbeat`s and holds each until there is an order, for a few seconds."""

    def __init__(self, database: Database, clock: Clock, fleet: Fleet, hold_s: float) -> None:
        self._database = database
        self._clock = clock
        self._fleet = fleet
        self._hold_s = hold_s

    async def take(self, claims: MeetingClaims, heartbeat: Heartbeat) -> HeartbeatAnswer:
        """Note that a bot lives, and answer with what it should do.

        Raises:
            NotAllowed: the token is of another meeting.
            StorageUnavailable: the sign of life counts all the same.
        """
        self._fleet.saw(claims.meeting_id)
        with self._fleet.listening(claims.meeting_id) as news:
            answer = _answer(await self._record(claims, heartbeat), heartbeat)
            if answer.orders:
                return answer
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), self._hold_s)
        self._fleet.saw(claims.meeting_id)
        row = await meeting_of(self._database, claims, heartbeat.connection_id)
        return _answer(row, heartbeat)

    async def _record(self, claims: MeetingClaims, heartbeat: Heartbeat) -> MeetingRow | None:
        row = await meeting_of(self._database, claims, heartbeat.connection_id)
        if row is not None and row.status not in TERMINAL:
            async with self._database.transaction() as session:
                await bots.record_heartbeat(session, row.id, self._clock.now())
                posted = heartbeat.notice_posted
                if posted is not None and row.data.get("notice_posted") is not posted:
                    await bots.record_notice(session, row.id, posted=posted)
                hears = heartbeat.hears
                if hears is not None and row.data.get("hears") != hears:
                    await bots.record_hearing(session, row.id, hears)
                if heartbeat.names is not None:
                    await bots.record_names(session, row.id, heartbeat.names)
        return row


def hold_s(heartbeat_timeout_s: float) -> float:
    """Return how long an answer may be held, in seconds."""
    return min(HOLD_S, heartbeat_timeout_s * HOLD_SHARE)


def _answer(row: MeetingRow | None, heartbeat: Heartbeat) -> HeartbeatAnswer:
    if row is None or row.status in TERMINAL:
        return HeartbeatAnswer(status="unknown", orders=_LEAVE)
    if row.status == MeetingStatus.STOPPING:
        return HeartbeatAnswer(orders=_LEAVE)
    return HeartbeatAnswer(orders=order_for(row.data, heartbeat.config_revision))
