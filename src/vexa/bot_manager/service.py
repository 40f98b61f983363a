"""What users may ask for: a bot in a meeting, its end, and which bots run."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.launch import Launcher, LaunchOrder, new_container_name
from vexa.bot_manager.moves import Moves, Stopper
from vexa.bot_manager.outbox_publisher import OutboxPublisher
from vexa.bot_manager.settings import BotManagerSettings
from vexa.bot_manager.speech_check import SpeechCheck
from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.errors import NotBuiltHere, NotFound, SpeechUnavailable, Unavailable
from vexa.contracts.http.bots import MeetingCreate, StopAnswer
from vexa.contracts.meeting import TERMINAL, MeetingKey
from vexa.kit.clock import Clock
from vexa.platforms import registry as platforms
from vexa.platforms.base import MeetingAddress
from vexa.storage import bots, meetings
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.tables import MeetingRow

_STOPPING = "Stop request accepted and is being processed."


class BotService:
    """The rules of `/bots`."""

    def __init__(
        self,
        settings: BotManagerSettings,
        host: str,
        clock: Clock,
        database: Database,
        fleet: Fleet,
        launcher: Launcher,
        moves: Moves,
        publisher: OutboxPublisher,
        speech: SpeechCheck,
    ) -> None:
        self._settings = settings
        self._host = host
        self._clock = clock
        self._database = database
        self._fleet = fleet
        self._launcher = launcher
        self._moves = moves
        self._publisher = publisher
        self._speech = speech
        self.is_draining = False

    async def send_bot(
        self, user_id: int, request: MeetingCreate, correlation_id: str
    ) -> MeetingRow:
        """Make a meeting and launch its bot behind the answer. A refusal leaves no row.

        Raises:
            NotBuiltHere: bots cannot join this platform yet.
            InvalidInput: the platform refuses the id or the passcode.
            MeetingAlreadyHasBot, LimitReached, HostFull, SpeechUnavailable: in this order.
            Unavailable: the server is shutting down.
        """
        address = _address(request)
        if self.is_draining:
            raise Unavailable("The server is shutting down and takes no new bots.")
        leave = merged_leave(self._settings.automatic_leave, request.automatic_leave)
        bot_name = request.bot_name or f"VexaBot-{secrets.token_hex(3)}"
        new = NewMeeting(
            user_id=user_id,
            key=MeetingKey(address.platform, address.native_id),
            url=address.url,
            connection_id=uuid.uuid4().hex,
            host=self._host,
            data=_data(request, bot_name, leave),
        )
        self._fleet.begin_launch(new.connection_id)
        try:
            row = await self._create(new)
        except BaseException:
            self._fleet.end_launch(new.connection_id)
            raise
        self._launcher.begin(LaunchOrder(row, request, address, bot_name, leave, correlation_id))
        self._publisher.wake()
        return row

    async def _create(self, new: NewMeeting) -> MeetingRow:
        speech_problem = await self._speech_problem()
        async with self._database.transaction() as session:
            row = await meetings.create(session, new, host_limit=self._settings.max_bots)
            if speech_problem is not None:
                raise SpeechUnavailable(speech_problem)
            name = new_container_name(row.id, row.connection_id)
            await bots.record_name(session, row, name)
        return row

    async def _speech_problem(self) -> str | None:
        if self._settings.skip_transcription_check:
            return None
        return await self._speech.problem()

    async def stop_bot(self, user_id: int, platform: str, native_id: str) -> StopAnswer:
        """Ask the bot of a meeting to leave. Safe to call twice.

        Raises:
            NotFound: this user never had a bot in this meeting.
        """
        async with self._database.transaction() as session:
            row = await meetings.newest(session, user_id, platform, native_id.strip())
        if row is None:
            raise NotFound("No meeting found to stop.")
        if row.status in TERMINAL:
            return StopAnswer(
                message=f"Meeting already {row.status}.", status=row.status, meeting_id=row.id
            )
        row = await self._moves.request_stop(row.id, Stopper.USER)
        bot = self._fleet.get(row.id)
        if bot is not None:
            bot.must_go(self._clock.monotonic_s() + self._settings.bot_stop_delay_s)
        return StopAnswer(message=_STOPPING, status=row.status, meeting_id=row.id)

    async def running(self, user_id: int) -> list[MeetingRow]:
        """Return the user's meetings that have a bot, oldest first."""
        async with self._database.transaction() as session:
            return list(await meetings.open_meetings(session, user_id=user_id))


def merged_leave(defaults: AutomaticLeave, asked: AutomaticLeave | None) -> AutomaticLeave:
    """Put what a request names over the defaults; what it leaves out stays as it is there."""
    if asked is None:
        return defaults
    return defaults.model_copy(update=asked.model_dump(exclude_unset=True))


def _address(request: MeetingCreate) -> MeetingAddress:
    if not platforms.joinable(request.platform):
        can = ", ".join(platforms.PLATFORMS.names)
        raise NotBuiltHere(
            f"Bots of this version cannot join {request.platform} meetings. They can join: {can}."
        )
    return platforms.platform_address(
        request.platform, request.native_meeting_id, request.passcode or None
    )


def _data(request: MeetingCreate, bot_name: str, leave: AutomaticLeave) -> dict[str, Any]:
    given = {"passcode": request.passcode, "language": request.language, "task": request.task}
    return {
        "bot_name": bot_name,
        "resolved_timeouts": leave.model_dump(),
        **{key: value for key, value in given.items() if value},
    }
