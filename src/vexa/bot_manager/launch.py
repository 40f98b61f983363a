"""From a stored meeting to a running bot, behind the answer to `POST /bots`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from vexa.bot_manager.accounts import Accounts
from vexa.bot_manager.answers_first import AnswersFirst
from vexa.bot_manager.bot_requests import WantedBot
from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.keeper import Keeper
from vexa.bot_manager.moves import Moves
from vexa.bot_manager.notices import notice_in
from vexa.bot_manager.orchestrators.base import BotHandle, Orchestrator
from vexa.bot_manager.settings import TOKEN_MARGIN, BotManagerSettings
from vexa.bot_manager.work_dirs import WorkDirs
from vexa.contracts.bot import Account, BotLaunch
from vexa.contracts.errors import VexaError
from vexa.contracts.meeting import Outcome, TransitionSource
from vexa.kit.clock import Clock
from vexa.kit.meeting_tokens import mint_meeting_token
from vexa.kit.tasks import BackgroundTasks
from vexa.storage import bots
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LaunchOrder:
    """All that a launch needs to know about its meeting."""

    meeting: MeetingRow
    wanted: WantedBot
    correlation_id: str


class Launcher:
    """Starts bots, one background task each."""

    def __init__(
        self,
        settings: BotManagerSettings,
        clock: Clock,
        database: Database,
        fleet: Fleet,
        orchestrator: Orchestrator,
        work_dirs: WorkDirs,
        moves: Moves,
        keeper: Keeper,
        tasks: BackgroundTasks,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._database = database
        self._fleet = fleet
        self._orchestrator = orchestrator
        self._work_dirs = work_dirs
        self._moves = moves
        self._keeper = keeper
        self._tasks = tasks
        self._answers = AnswersFirst()

    def answering(self) -> AbstractContextManager[None]:
        """Hold starts back while a request for a bot is being answered within this."""
        return self._answers.answering()

    def begin(self, order: LaunchOrder) -> None:
        """Launch behind the caller's back. The fleet knows of the launch already."""
        self._tasks.spawn(f"launch bot of meeting {order.meeting.id}", self._launch(order))

    async def _launch(self, order: LaunchOrder) -> None:
        meeting_id, connection_id = order.meeting.id, order.meeting.connection_id
        try:
            async with await self._answers.place():
                work_dir = await self._work_dirs.make(connection_id)
                account = await self._account(order.wanted)
                launch = self._launch_message(order, str(work_dir), account)
                handle = await self._orchestrator.start(launch, bot_name_of(order.meeting))
                await self._take_in(meeting_id, handle)
        except (VexaError, OSError) as exc:
            _log.error("launch_failed", meeting_id=meeting_id, error=str(exc))
            await self._give_up(meeting_id, connection_id, str(exc))
        finally:
            self._fleet.end_launch(connection_id)

    async def _take_in(self, meeting_id: int, handle: BotHandle) -> None:
        bot = self._fleet.add(meeting_id, handle)
        self._keeper.keep(bot)
        async with self._database.transaction() as session:
            is_wanted = await bots.record_process(
                session, meeting_id, pid=handle.pid, started_ticks=handle.started_ticks
            )
        _log.info("bot_started", meeting_id=meeting_id, pid=handle.pid, wanted=is_wanted)
        if not is_wanted:
            self._keeper.end_process(bot, grace_s=0)

    async def _give_up(self, meeting_id: int, connection_id: str, reason: str) -> None:
        await self._orchestrator.sweep_unknown(connection_id)
        # if this fails too, the watchdog finds an open meeting without a bot
        await self._moves.end(
            meeting_id, Outcome.START_FAILED, reason=reason, source=TransitionSource.SERVER
        )

    async def _account(self, wanted: WantedBot) -> Account | None:
        if not wanted.authenticated:
            return None
        return await Accounts(self._settings.bot_accounts_dir).read(wanted.address.platform)

    def _launch_message(
        self, order: LaunchOrder, work_dir: str, account: Account | None
    ) -> BotLaunch:
        settings, meeting, wanted = self._settings, order.meeting, order.wanted
        longest_stay = timedelta(milliseconds=wanted.leave.max_bot_time)
        token = mint_meeting_token(
            settings.secret,
            meeting_id=meeting.id,
            user_id=meeting.user_id,
            platform=meeting.platform,
            native_meeting_id=wanted.address.native_id,
            now=self._clock.now(),
            lifetime=longest_stay + TOKEN_MARGIN,
        )
        return BotLaunch(
            meeting_id=meeting.id,
            connection_id=meeting.connection_id,
            correlation_id=order.correlation_id,
            platform=meeting.platform,
            native_meeting_id=wanted.address.native_id,
            meeting_url=wanted.address.join_url,
            hosts=[wanted.address.host],
            passcode=wanted.address.passcode,
            bot_name=wanted.bot_name,
            account=account,
            speech=wanted.speech,
            token=token,
            manager_url=settings.bot_callback_base_url,
            whisperlive_url=settings.whisper_live_url,
            automatic_leave=wanted.leave,
            help_wait_s=settings.bot_help_wait_s,
            notice=notice_in(wanted.speech.language, settings.bot_notice),
            chromium_path=settings.chromium_path,
            browser=settings.browser,
            sound_sink=settings.bot_sound_sink,
            own_display=settings.bot_own_display,
            work_dir=work_dir,
            log_level=settings.log_level,
        )


def new_container_name(meeting_id: int, connection_id: str) -> str:
    """Return the name of a bot's log file and of the bot in `GET /bots/status`."""
    return f"vexa-bot-{meeting_id}-{connection_id[:8]}"


def bot_name_of(meeting: MeetingRow) -> str:
    """Return the name that was stored when the meeting was made."""
    return meeting.bot_container_id or new_container_name(meeting.id, meeting.connection_id)
