"""Ends bots that do not end by themselves, and meetings that have no bot any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from prometheus_client import Gauge

from vexa.bot_manager.fleet import Bot, Fleet
from vexa.bot_manager.host_lease import host_lease_name
from vexa.bot_manager.keeper import Keeper
from vexa.bot_manager.launch import bot_name_of
from vexa.bot_manager.moves import Moves
from vexa.bot_manager.orchestrators.base import Orchestrator
from vexa.bot_manager.settings import BotManagerSettings
from vexa.contracts.errors import StorageUnavailable
from vexa.contracts.meeting import Outcome
from vexa.kit.clock import Clock
from vexa.storage import leases, meetings
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow

_log = structlog.get_logger(__name__)

TICK_S = 0.5
#: How often the database is searched for meetings without a bot.
SEARCH_EVERY_S = 5.0
#: A tick this late means that this process itself stood still: no bot may pay for that.
LATE_TICK_S = 2.0
#: How long after its bot manager's lease another host's meetings count as lost.
HOST_LOST_AFTER = timedelta(minutes=2)

_BOTS = Gauge("vexa_bots", "Bots of this host")


class Watchdog:
    """Runs as one background task."""

    def __init__(
        self,
        settings: BotManagerSettings,
        host: str,
        clock: Clock,
        database: Database,
        fleet: Fleet,
        orchestrator: Orchestrator,
        keeper: Keeper,
        moves: Moves,
    ) -> None:
        self._settings = settings
        self._host = host
        self._clock = clock
        self._database = database
        self._fleet = fleet
        self._orchestrator = orchestrator
        self._keeper = keeper
        self._moves = moves

    async def run(self) -> None:
        """Watch for ever."""
        ticked_s = searched_s = self._clock.monotonic_s()
        while True:
            await asyncio.sleep(TICK_S)
            now_s = self._clock.monotonic_s()
            if now_s - ticked_s > LATE_TICK_S:
                self._fleet.excuse(now_s - ticked_s)
            ticked_s = now_s
            self.check_bots(now_s)
            if now_s - searched_s >= SEARCH_EVERY_S:
                searched_s = now_s
                try:
                    await self.end_lost_meetings()
                except StorageUnavailable:
                    _log.warning("watchdog_cannot_search")

    def check_bots(self, now_s: float) -> None:
        """End the processes of bots that are hung or have had their time to leave."""
        _BOTS.set(len(self._fleet.bots))
        for bot in self._fleet.bots:
            if bot.is_being_ended:
                continue
            if self._is_hung(bot, now_s):
                bot.is_hung = True
                _log.warning("bot_hung", meeting_id=bot.meeting_id, pid=bot.handle.pid)
                self._keeper.end_process(bot, grace_s=0)
            elif bot.gone_by_s is not None and now_s >= bot.gone_by_s:
                _log.warning("bot_did_not_leave", meeting_id=bot.meeting_id, pid=bot.handle.pid)
                self._keeper.end_process(bot, grace_s=self._settings.bot_kill_grace_s)

    def _is_hung(self, bot: Bot, now_s: float) -> bool:
        patience_s = (
            self._settings.bot_heartbeat_timeout_s
            if bot.has_beaten
            else self._settings.bot_start_timeout_s
        )
        return now_s - bot.seen_s > patience_s

    async def end_lost_meetings(self) -> None:
        """End every open meeting that has no bot.

        Raises:
            StorageUnavailable: what was not reached stays for the next time.
        """
        async with self._database.transaction() as session:
            rows = await meetings.open_meetings(session)
        for row in rows:
            if row.bot_host == self._host:
                await self._end_if_lost_here(row)
            elif await self._is_host_lost(row):
                reason = "the host of the bot is gone"
                await self._moves.end(row.id, Outcome.BOT_CRASHED, reason=reason)

    async def _end_if_lost_here(self, row: MeetingRow) -> None:
        if self._fleet.cares_for(row.id, row.connection_id):
            return
        # a row older than this look may have got its end in between; then this changes nothing
        await self._orchestrator.sweep_unknown(row.connection_id)
        outcome = Outcome.START_FAILED if row.bot_pid is None else Outcome.BOT_CRASHED
        if await self._moves.end(row.id, outcome, reason="no bot process was found"):
            _log.warning("meeting_without_bot_ended", meeting_id=row.id)
            await self._clear_up(row.id)

    async def _clear_up(self, meeting_id: int) -> None:
        async with self._database.transaction() as session:
            row = await meetings.by_id(session, meeting_id)
        if row is not None:
            await self._keeper.clear_up(row, bot_name_of(row), exit_code=None)

    async def _is_host_lost(self, row: MeetingRow) -> bool:
        if row.bot_host is None:
            return True
        now = self._clock.now()
        async with self._database.transaction() as session:
            held_until = await leases.expiry(session, host_lease_name(row.bot_host))
        last_sign = max(held_until or row.created_at, row.heartbeat_at or row.created_at)
        return now - last_sign > HOST_LOST_AFTER
