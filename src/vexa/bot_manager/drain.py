"""Takes every bot of this host out of its meeting, because the server is going away."""

from __future__ import annotations

import asyncio

import structlog
from pydantic import BaseModel

from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.keeper import Keeper
from vexa.bot_manager.moves import Moves, Stopper
from vexa.bot_manager.service import BotService
from vexa.kit.clock import Clock
from vexa.storage import meetings
from vexa.storage.database import Database

_log = structlog.get_logger(__name__)

POLL_S = 0.25
#: Part of the time that is kept for ending bots that did not leave by themselves; a quarter of
#: that is between SIGTERM and SIGKILL.
KILL_SHARE = 0.4


class DrainAnswer(BaseModel):
    """What a drain did."""

    left: int
    ended: int
    remaining: int


class Drain:
    """Asks, waits, ends."""

    def __init__(
        self,
        host: str,
        clock: Clock,
        database: Database,
        fleet: Fleet,
        service: BotService,
        keeper: Keeper,
        moves: Moves,
    ) -> None:
        self._host = host
        self._clock = clock
        self._database = database
        self._fleet = fleet
        self._service = service
        self._keeper = keeper
        self._moves = moves

    async def run(self, within_s: float) -> DrainAnswer:
        """Return when no bot is left, or after `within_s`. New bots are refused from now on.

        Raises:
            StorageUnavailable: the bots could not be asked.
        """
        self._service.is_draining = True
        started_s = self._clock.monotonic_s()
        asked = await self._ask_until_empty(started_s + within_s * (1 - KILL_SHARE))
        stubborn = self._fleet.bots
        for bot in stubborn:
            self._keeper.end_process(bot, grace_s=within_s * KILL_SHARE / 4)
        await self._ask_until_empty(started_s + within_s)
        ended, remaining = len(stubborn), len(self._fleet.bots)
        _log.info("drained", asked=len(asked), ended=ended, remaining=remaining)
        return DrainAnswer(left=max(0, len(asked) - ended), ended=ended, remaining=remaining)

    async def _ask_until_empty(self, deadline_s: float) -> set[int]:
        """Ask every bot to leave, late launches too; return the meetings that were asked."""
        asked: set[int] = set()
        while True:
            async with self._database.transaction() as session:
                rows = await meetings.open_meetings(session, host=self._host)
            for row in rows:
                await self._moves.request_stop(row.id, Stopper.SERVER)
            asked |= {row.id for row in rows}
            if not self._fleet.is_busy or self._clock.monotonic_s() >= deadline_s:
                return asked
            await asyncio.sleep(POLL_S)
