"""What users may ask for: a bot in a meeting, its end, and which bots run."""

from __future__ import annotations

import uuid

from vexa.bot_manager.accounts import Accounts
from vexa.bot_manager.bot_requests import WantedBot, read_request
from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.launch import Launcher, LaunchOrder, new_container_name
from vexa.bot_manager.moves import Moves, Stopper
from vexa.bot_manager.outbox_publisher import OutboxPublisher
from vexa.bot_manager.settings import BotManagerSettings
from vexa.bot_manager.speech_check import SpeechAnswer, SpeechCheck
from vexa.bot_manager.speech_wishes import of_data, read_speech, reconfigured
from vexa.bot_manager.user_defaults import leave_of_user
from vexa.contracts.errors import MeetingNotActive, NotFound, SpeechUnavailable, Unavailable
from vexa.contracts.http.bots import BotConfig, MeetingCreate, StopAnswer
from vexa.contracts.meeting import TERMINAL, MeetingKey, MeetingStatus
from vexa.kit.clock import Clock
from vexa.storage import bots, meetings
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.tables import MeetingRow, UserRow
from vexa.storage.transitions import locked

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
        self, user: UserRow, request: MeetingCreate, correlation_id: str
    ) -> MeetingRow:
        """Make a meeting and launch its bot behind the answer. A refusal leaves no row.

        What the request leaves out is the user's default, else the server's.

        Raises:
            NotBuiltHere: something is asked for that this version cannot do.
            InvalidInput: the link, the id, the passcode or the language is refused.
            MeetingAlreadyHasBot, LimitReached, HostFull, SpeechUnavailable: in this order.
            Unavailable: the server is shutting down.
        """
        wanted = read_request(
            request,
            leave_of_user(user.id, user.data, self._settings.automatic_leave),
            self._settings.known_jitsi_hosts,
            Accounts(self._settings.bot_accounts_dir).platforms,
        )
        if self.is_draining:
            raise Unavailable("The server is shutting down and takes no new bots.")
        with self._launcher.answering():
            row = await self._make_meeting(user.id, wanted)
        self._launcher.begin(LaunchOrder(row, wanted, correlation_id))
        self._publisher.wake()
        return row

    async def _make_meeting(self, user_id: int, wanted: WantedBot) -> MeetingRow:
        speech = await self._speech_answer()
        speech.check(of_data(wanted.data))
        new = NewMeeting(
            user_id=user_id,
            key=MeetingKey(wanted.address.platform, wanted.address.native_id),
            url=wanted.address.url,
            connection_id=uuid.uuid4().hex,
            host=self._host,
            data=wanted.data,
            retention_days=wanted.retention_days,
        )
        self._fleet.begin_launch(new.connection_id)
        try:
            return await self._create(new, speech.problem)
        except BaseException:
            self._fleet.end_launch(new.connection_id)
            raise

    async def _create(self, new: NewMeeting, speech_problem: str | None) -> MeetingRow:
        async with self._database.transaction() as session:
            row = await meetings.create(session, new, host_limit=self._settings.max_bots)
            if speech_problem is not None:
                raise SpeechUnavailable(speech_problem)
            name = new_container_name(row.id, row.connection_id)
            await bots.record_name(session, row, name)
        return row

    async def _speech_answer(self) -> SpeechAnswer:
        if self._settings.skip_transcription_check:
            return SpeechAnswer()
        return await self._speech.answer()

    async def stop_bot(self, user_id: int, key: MeetingKey) -> StopAnswer:
        """Ask the bot of a meeting to leave. Safe to call twice.

        Raises:
            NotFound: this user never had a bot in this meeting.
        """
        async with self._database.transaction() as session:
            row = await meetings.newest(session, user_id, key.platform, key.native_id)
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

    async def configure(self, user_id: int, key: MeetingKey, asked: BotConfig) -> MeetingRow:
        """Change how the speech of a meeting becomes text. Safe to call twice.

        The meeting keeps the change, so its bot gets it whatever happens to this process.

        Raises:
            NotFound: this user never had a bot in this meeting.
            MeetingNotActive: the bot is not in the meeting now.
            InvalidInput: the parts of the request do not fit each other, or the model does not
                know the language.
        """
        (await self._speech_answer()).check(read_speech(asked))
        async with self._database.transaction() as session:
            row = await meetings.newest(session, user_id, key.platform, key.native_id)
            if row is None:
                raise NotFound(
                    f"No active meeting found for platform {key.platform} "
                    f"and meeting ID {key.native_id}."
                )
            row = await locked(session, row.id)
            if row.status != MeetingStatus.ACTIVE:
                raise MeetingNotActive(
                    f"Meeting found but is not active (status: '{row.status}'). "
                    "Cannot reconfigure.",
                    meeting_id=row.id,
                )
            row.data = reconfigured(row.data, asked)
        self._fleet.ring(row.id)
        return row

    async def running(self, user_id: int) -> list[MeetingRow]:
        """Return the user's meetings that have a bot, oldest first."""
        async with self._database.transaction() as session:
            return list(await meetings.open_meetings(session, user_id=user_id))
