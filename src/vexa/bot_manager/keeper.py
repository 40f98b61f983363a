"""Stays with each bot until its process is gone and its meeting has a true end."""

from __future__ import annotations

import asyncio

import structlog

from vexa.bot_manager.accounts import Accounts
from vexa.bot_manager.evidence import Evidence, is_worth_keeping
from vexa.bot_manager.fleet import Bot, Fleet
from vexa.bot_manager.moves import Moves
from vexa.bot_manager.orchestrators.base import Orchestrator
from vexa.bot_manager.work_dirs import WorkDirs
from vexa.contracts.bot import EXIT_BAD_LAUNCH
from vexa.contracts.errors import StorageUnavailable
from vexa.contracts.meeting import TERMINAL, MeetingStatus, Outcome
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import bots, meetings
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow

_log = structlog.get_logger(__name__)

#: A bot's last report may still be on its way through this process when the bot's exit is seen.
REPORT_GRACE_S = 1.0
#: How often the end of a dead bot's meeting is tried while the database is away.
RETRY_S = 2.0


class Keeper:
    """One background task a bot: waits for its exit, clears up after it, ends its meeting."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        orchestrator: Orchestrator,
        moves: Moves,
        work_dirs: WorkDirs,
        evidence: Evidence,
        accounts: Accounts,
        tasks: BackgroundTasks,
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._orchestrator = orchestrator
        self._moves = moves
        self._work_dirs = work_dirs
        self._evidence = evidence
        self._accounts = accounts
        self._tasks = tasks

    def keep(self, bot: Bot) -> None:
        """Stay with a bot of the fleet from now on."""
        self._tasks.spawn(f"keep bot of meeting {bot.meeting_id}", self._stay(bot))

    def end_process(self, bot: Bot, *, grace_s: float) -> None:
        """End a bot's processes behind the caller's back. Safe to call twice."""
        if bot.is_being_ended:
            return
        bot.is_being_ended = True
        self._tasks.spawn(
            f"end bot of meeting {bot.meeting_id}",
            self._orchestrator.stop(bot.handle, grace_s=grace_s),
        )

    async def _stay(self, bot: Bot) -> None:
        try:
            await self._until_closed(bot)
        finally:
            # whatever went wrong here: the watchdog ends a meeting that nobody keeps
            self._fleet.remove(bot.meeting_id)

    async def _until_closed(self, bot: Bot) -> None:
        exit_code = await self._orchestrator.wait(bot.handle)
        left = await self._orchestrator.sweep(bot.handle)
        _log.info("bot_exited", meeting_id=bot.meeting_id, exit_code=exit_code, processes_left=left)
        while True:
            try:
                row = await self._close_meeting(bot, exit_code)
                break
            except StorageUnavailable:
                await asyncio.sleep(RETRY_S)
        await self.clear_up(row, bot.handle.name, exit_code)

    async def clear_up(self, row: MeetingRow, bot_name: str, exit_code: int | None) -> None:
        """Keep what the bot of an ended meeting left that is worth it; remove its folder.

        Args:
            row: the meeting as it ended.
            bot_name: its bot, of which nothing runs any more.
            exit_code: of the bot's process; None when nobody knows it.
        """
        await self._take_account_back(row)
        if is_worth_keeping(row.data.get("outcome"), exit_code):
            folder = self._work_dirs.folder(row.connection_id)
            await self._note_evidence(row.id, await self._evidence.keep(bot_name, folder))
        await self._work_dirs.remove(row.connection_id)

    async def _close_meeting(self, bot: Bot, exit_code: int | None) -> MeetingRow:
        """End the meeting unless the bot has reported its end; return it as it ended."""
        row = await self._meeting(bot.meeting_id)
        if row.status not in TERMINAL:
            await asyncio.sleep(REPORT_GRACE_S)
            row = await self._meeting(bot.meeting_id)
        if row.status not in TERMINAL:
            outcome, reason = unreported_end(bot.is_hung, row.status, exit_code)
            await self._moves.end(bot.meeting_id, outcome, reason=reason, exit_code=exit_code)
            row = await self._meeting(bot.meeting_id)
        return row

    async def _take_account_back(self, row: MeetingRow) -> None:
        """Renew the account that an ended meeting's bot was lent, if it was lent one."""
        if row.data.get("authenticated"):
            folder = self._work_dirs.folder(row.connection_id)
            await self._accounts.take_back(row.platform, folder)

    async def _note_evidence(self, meeting_id: int, files: list[str]) -> None:
        try:
            async with self._database.transaction() as session:
                await bots.record_evidence(session, meeting_id, files)
        except StorageUnavailable as exc:
            _log.warning("evidence_not_noted", meeting_id=meeting_id, code=exc.code)

    async def _meeting(self, meeting_id: int) -> MeetingRow:
        async with self._database.transaction() as session:
            row = await meetings.by_id(session, meeting_id)
        assert row is not None, "a meeting with a bot is never deleted"
        return row


def unreported_end(is_hung: bool, status: str, exit_code: int | None) -> tuple[Outcome, str]:
    """Say what a process that ended without a report means."""
    if is_hung:
        return Outcome.BOT_HUNG, "heartbeats stopped"
    if exit_code == EXIT_BAD_LAUNCH or status == MeetingStatus.REQUESTED:
        return Outcome.START_FAILED, f"process ended before joining, {exit_words(exit_code)}"
    return Outcome.BOT_CRASHED, f"process ended without a report, {exit_words(exit_code)}"


def exit_words(exit_code: int | None) -> str:
    """Put an exit code into words."""
    if exit_code is None:
        return "exit code unknown"
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
