"""Takes over, at start, what an earlier bot manager of this host has left running."""

from __future__ import annotations

from datetime import timedelta

import structlog

from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.keeper import Keeper
from vexa.bot_manager.launch import bot_name_of
from vexa.bot_manager.orchestrators.base import BotHandle, Orchestrator
from vexa.bot_manager.reports import EXIT_GRACE_S
from vexa.bot_manager.settings import BotManagerSettings
from vexa.bot_manager.work_dirs import WorkDirs
from vexa.contracts.meeting import TERMINAL, MeetingStatus
from vexa.contracts.times import parse_iso
from vexa.kit.clock import Clock
from vexa.storage import meetings
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow

_log = structlog.get_logger(__name__)

#: A process that outlives its meeting by more than this was left by something else than a crash.
RECENT = timedelta(days=1)


class Adoption:
    """Runs once, before requests are taken. What cannot be adopted the watchdog ends."""

    def __init__(
        self,
        settings: BotManagerSettings,
        host: str,
        clock: Clock,
        database: Database,
        fleet: Fleet,
        orchestrator: Orchestrator,
        keeper: Keeper,
        work_dirs: WorkDirs,
    ) -> None:
        self._settings = settings
        self._host = host
        self._clock = clock
        self._database = database
        self._fleet = fleet
        self._orchestrator = orchestrator
        self._keeper = keeper
        self._work_dirs = work_dirs

    async def run(self) -> None:
        """Adopt every living bot of this host.

        Raises:
            StorageUnavailable: the database cannot be reached.
        """
        since = self._clock.now() - RECENT
        async with self._database.transaction() as session:
            rows = [
                *await meetings.open_meetings(session, host=self._host),
                *await meetings.ended_since(session, self._host, since),
            ]
        adopted = [row for row in rows if await self._adopt(row)]
        await self._work_dirs.remove_others({row.connection_id for row in rows})
        for row in rows:
            if row not in adopted and row.status in TERMINAL:
                await self._clear_up(row)
        _log.info("adoption_done", adopted=len(adopted), looked_at=len(rows))

    async def _adopt(self, row: MeetingRow) -> bool:
        handle = handle_of(row)
        if handle is None or not await self._orchestrator.adopt(handle):
            return False
        bot = self._fleet.add(row.id, handle)
        seconds_left = self._seconds_left(row)
        if seconds_left is not None:
            bot.must_go(self._clock.monotonic_s() + seconds_left)
        self._keeper.keep(bot)
        return True

    async def _clear_up(self, row: MeetingRow) -> None:
        handle = handle_of(row)
        assert handle is not None
        await self._orchestrator.sweep(handle)
        # without its folder a bot was cleared up after by whoever ended the meeting
        if self._work_dirs.folder(row.connection_id).is_dir():
            await self._keeper.clear_up(row, handle.name, exit_code=None)

    def _seconds_left(self, row: MeetingRow) -> float | None:
        """Say how long the process may still live, if its end was asked for or reported."""
        if row.status in TERMINAL:
            return EXIT_GRACE_S
        if row.status != MeetingStatus.STOPPING:
            return None
        asked_at = parse_iso(row.data["status_transition"][-1]["timestamp"])
        waited_s = (self._clock.now() - asked_at).total_seconds()
        return max(0.0, self._settings.bot_stop_delay_s - waited_s)


def handle_of(row: MeetingRow) -> BotHandle | None:
    """Return the handle that is stored with a meeting; None when its bot was never started."""
    if row.bot_pid is None or row.bot_started_ticks is None:
        return None
    return BotHandle(bot_name_of(row), row.connection_id, row.bot_pid, row.bot_started_ticks)
