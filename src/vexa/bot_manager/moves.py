"""Moves meetings in a transaction each, and tells those who wait for it in this process."""

from __future__ import annotations

from enum import Enum

import structlog
from prometheus_client import Counter

from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.outbox_publisher import OutboxPublisher
from vexa.contracts.errors import IllegalTransition
from vexa.contracts.meeting import TERMINAL, MeetingStatus, Outcome, TransitionSource
from vexa.storage import transitions
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow
from vexa.storage.transitions import Move

_log = structlog.get_logger(__name__)

_ENDED = Counter("vexa_meetings_ended_total", "Meetings that have ended", ["outcome", "status"])


class Stopper(Enum):
    """Who asks for the end of a meeting: its user, or this server because it shuts down."""

    USER = TransitionSource.USER
    SERVER = TransitionSource.SERVER


class Moves:
    """The bot manager's way to `storage.transitions.move`."""

    def __init__(self, database: Database, fleet: Fleet, publisher: OutboxPublisher) -> None:
        self._database = database
        self._fleet = fleet
        self._publisher = publisher

    async def move(self, meeting_id: int, *steps: Move) -> MeetingRow:
        """Make one or more moves of a meeting in one transaction.

        Raises:
            IllegalTransition: the meeting cannot go there.
            NotFound: there is no such meeting.
            StorageUnavailable: nothing was changed.
        """
        async with self._database.transaction() as session:
            for step in steps:
                row = await transitions.move(session, meeting_id, step)
        self._tell(row)
        return row

    async def request_stop(self, meeting_id: int, stopper: Stopper) -> MeetingRow:
        """Ask for the end of a meeting: at once when no process exists yet, else by its bot.

        Safe to call twice, and for a meeting that has ended.

        Raises:
            NotFound: there is no such meeting.
            StorageUnavailable: nothing was changed.
        """
        async with self._database.transaction() as session:
            row = await transitions.locked(session, meeting_id)
            if row.status in TERMINAL or row.status == MeetingStatus.STOPPING:
                return row
            not_launched = row.status == MeetingStatus.REQUESTED and row.bot_pid is None
            row = await transitions.move(session, meeting_id, _stop(stopper, not_launched))
        self._tell(row)
        return row

    def _tell(self, row: MeetingRow) -> None:
        self._publisher.wake()
        self._fleet.ring(row.id)
        outcome = row.data.get("outcome")
        if outcome is not None:
            _ENDED.labels(outcome, row.status).inc()
        _log.info("meeting_moved", meeting_id=row.id, status=str(row.status), outcome=outcome)

    async def end(
        self,
        meeting_id: int,
        outcome: Outcome,
        *,
        reason: str | None = None,
        exit_code: int | None = None,
        source: TransitionSource = TransitionSource.WATCHDOG,
    ) -> bool:
        """End a meeting, unless it has ended already; tell whether this did it.

        Raises:
            StorageUnavailable: nothing was changed.
        """
        step = Move(source, outcome=outcome, reason=reason, exit_code=exit_code)
        try:
            await self.move(meeting_id, step)
        except IllegalTransition:
            return False
        return True


def _stop(stopper: Stopper, not_launched: bool) -> Move:
    by_user = stopper is Stopper.USER
    outcome = Outcome.STOPPED_BY_USER if by_user else Outcome.SERVER_STOPPED
    return Move(
        stopper.value,
        to=MeetingStatus.STOPPING,
        outcome=outcome if not_launched else None,
        stop_requested=by_user,
        server_stop=not by_user,
    )
