"""What bots report: each report moves the meeting once, however often it arrives."""

from __future__ import annotations

from typing import Any

import structlog

from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.moves import Moves
from vexa.contracts.bot import ReportAnswer, StatusReport
from vexa.contracts.errors import IllegalTransition, InvalidInput, NotAllowed
from vexa.contracts.meeting import HELP_HINTS, TERMINAL, MeetingStatus, TransitionSource, may_follow
from vexa.contracts.meeting_token import MeetingClaims
from vexa.kit.clock import Clock
from vexa.storage import bots, meetings
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow
from vexa.storage.transitions import Move

_log = structlog.get_logger(__name__)

_BACK_AND_FORTH = {MeetingStatus.AWAITING_ADMISSION, MeetingStatus.NEEDS_HELP}
#: How long a bot's process may live on after the report of its end.
EXIT_GRACE_S = 20.0


class Reports:
    """Takes `StatusReport`s."""

    def __init__(self, database: Database, clock: Clock, fleet: Fleet, moves: Moves) -> None:
        self._database = database
        self._clock = clock
        self._fleet = fleet
        self._moves = moves

    async def take(self, claims: MeetingClaims, report: StatusReport) -> ReportAnswer:
        """Apply a report. One that was applied before changes nothing and is `processed`.

        Raises:
            NotAllowed: the token is of another meeting.
            InvalidInput: the report says that the meeting is over, and not how.
            StorageUnavailable: nothing was changed; the bot sends it again.
        """
        if report.status in TERMINAL and report.outcome is None:
            raise InvalidInput("a report of the end needs an outcome", field="outcome")
        row = await meeting_of(self._database, claims, report.connection_id)
        if row is None:
            return ReportAnswer(
                status="error",
                detail=f"Meeting session not found for connection_id: {report.connection_id}",
            )
        self._fleet.saw(row.id)
        if report.notice_posted is not None and row.status not in TERMINAL:
            async with self._database.transaction() as session:
                await bots.record_notice(session, row.id, posted=report.notice_posted)
        answer = await self._apply(row, report)
        bot = self._fleet.get(row.id)
        if bot is not None and report.outcome is not None:
            bot.must_go(self._clock.monotonic_s() + EXIT_GRACE_S)
        return answer

    async def _apply(self, row: MeetingRow, report: StatusReport) -> ReportAnswer:
        status = MeetingStatus(row.status)
        if status in TERMINAL or (report.outcome is None and _is_behind(row, report.status)):
            return _answer("processed", row)
        if status is MeetingStatus.STOPPING and report.outcome is None:
            return _answer("ignored", row, "stop requested")
        try:
            return _answer("processed", await self._moves.move(row.id, *_steps(status, report)))
        except IllegalTransition as exc:
            _log.warning(
                "report_ignored",
                meeting_id=row.id,
                status=str(status),
                reported=str(report.status),
            )
            return _answer("ignored", row, exc.detail)


async def meeting_of(
    database: Database, claims: MeetingClaims, connection_id: str
) -> MeetingRow | None:
    """Return the meeting that a bot speaks for; None when nothing is known of it.

    Raises:
        NotAllowed: the token is of another meeting.
    """
    async with database.transaction() as session:
        row = await meetings.by_connection_id(session, connection_id)
    if row is not None and row.id != claims.meeting_id:
        raise NotAllowed("The meeting token belongs to another meeting.")
    return row


def _is_behind(row: MeetingRow, reported: MeetingStatus) -> bool:
    """Tell whether the meeting is, or was, in the reported status: a repeat, or a late one.

    Between lobby and page that needs help a bot may go back and forth. It sends one report after
    the other, so that one from before, come late, is a rare thing and soon put right.
    """
    if row.status != reported and {row.status, reported} == _BACK_AND_FORTH:
        return False
    history = row.data.get("status_transition", [])
    return reported in {row.status, *(entry["to"] for entry in history)}


def _steps(status: MeetingStatus, report: StatusReport) -> list[Move]:
    """Return the moves that a report stands for; a lost `joining` before it is made up for."""
    source = TransitionSource.BOT_CALLBACK
    if report.outcome is not None:
        return [
            Move(
                source,
                outcome=report.outcome,
                reason=report.reason,
                exit_code=report.exit_code,
                error_details=report.error_details,
                names=report.names,
            )
        ]
    move = Move(source, to=report.status, reason=report.reason, needs_help=_help(report))
    joining = MeetingStatus.JOINING
    if (
        not may_follow(status, report.status)
        and may_follow(status, joining)
        and may_follow(joining, report.status)
    ):
        return [Move(source, to=joining), move]
    return [move]


def _help(report: StatusReport) -> dict[str, Any] | None:
    if report.help is None or report.status is not MeetingStatus.NEEDS_HELP:
        return None
    return {**report.help.model_dump(mode="json"), "hint": HELP_HINTS.get(report.help.what)}


def _answer(status: str, row: MeetingRow, detail: str | None = None) -> ReportAnswer:
    return ReportAnswer.model_validate(
        {
            "status": status,
            "meeting_id": row.id,
            "meeting_status": str(row.status),
            "detail": detail,
        }
    )
