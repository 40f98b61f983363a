"""The one place that moves a meeting from one status to another.

A move, its entry in `data.status_transition`, its message in the outbox and its events for webhooks
are one transaction: either all exist or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.errors import IllegalTransition, NotFound
from vexa.contracts.meeting import (
    OUTCOMES,
    TERMINAL,
    MeetingStatus,
    Outcome,
    TransitionSource,
    may_follow,
    terminal_status,
)
from vexa.contracts.times import iso_utc
from vexa.storage import outbox, people, webhook_deliveries
from vexa.storage.status_frame import status_frame
from vexa.storage.tables import MeetingRow, utc_now

#: Statuses that say nothing of how far a bot came.
_NO_STAGES = {MeetingStatus.STOPPING, MeetingStatus.NEEDS_HELP}


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a meeting's life: to a status, or with `outcome` to its end.

    Attributes:
        source: who caused it.
        to: the next status; left out for an end, whose status follows from the outcome.
        outcome: how the bot's time ended, as far as the caller knows.
        reason: the cause, for a person; no names, no speech.
        stop_requested: a user asked for the end. From then on the outcome is that a user did.
        server_stop: this server asked for the end, because it shuts down.
        exit_code: of the bot process, if it has ended.
        error_details: what the bot said about a failure.
        names: of who has been in the meeting, as far as its bot knows; None: not told anew.
        needs_help: on the way to NEEDS_HELP: what a person is needed for, until when, and a hint.
    """

    source: TransitionSource
    to: MeetingStatus | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    stop_requested: bool = False
    server_stop: bool = False
    exit_code: int | None = None
    error_details: dict[str, Any] | None = field(default=None)
    names: Sequence[str] | None = field(default=None, repr=False)
    needs_help: dict[str, Any] | None = field(default=None)


async def locked(session: AsyncSession, meeting_id: int) -> MeetingRow:
    """Return a meeting as it is now, and hold it until commit.

    Raises:
        NotFound: there is no such meeting.
    """
    row = await session.get(MeetingRow, meeting_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("Meeting not found.")
    return row


async def move(
    session: AsyncSession, meeting_id: int, step: Move, *, now: datetime | None = None
) -> MeetingRow:
    """Move a meeting, and tell its readers once the transaction commits.

    Raises:
        NotFound: there is no such meeting.
        IllegalTransition: the meeting cannot go there from where it is.
    """
    row = await locked(session, meeting_id)
    at = now or utc_now()
    data = dict(row.data)
    if step.stop_requested:
        data["stop_requested"] = True
    if step.server_stop:
        data["server_stop"] = True
    before, outcome = MeetingStatus(row.status), _true_outcome(data, step)
    after = step.to if outcome is None else terminal_status(outcome, was_active=_was_active(row))
    if after is None or not may_follow(before, after):
        raise IllegalTransition(f"A meeting that is {before} cannot become {after}.")
    told = {} if outcome is None else _end_facts(row, data, before, after, outcome)
    data.update(told)
    data.pop("needs_help", None)
    if after is MeetingStatus.NEEDS_HELP and step.needs_help is not None:
        data["needs_help"] = step.needs_help
    data["status_transition"] = [
        *data.get("status_transition", []),
        _entry(before, after, step, at, told),
    ]
    if after is MeetingStatus.FAILED:
        data["last_error"] = _last_error(step, told, at)
    if step.names is not None:
        await people.record(session, row, step.names)
    if after in TERMINAL and _was_active(row):
        data |= await people.fill(session, row)
    _apply(row, after, data, at)
    await session.flush()
    outbox.add(session, row.id, outbox.MEETING_STATUS, status_frame(row, at))
    await webhook_deliveries.add_for_move(session, row, at)
    return row


def _true_outcome(data: dict[str, Any], step: Move) -> Outcome | None:
    # whoever asked for the end is the reason for it, however the process then went;
    # and nobody is said to have asked who did not
    if step.outcome is None:
        return None
    if data.get("stop_requested"):
        return Outcome.STOPPED_BY_USER
    if data.get("server_stop") or step.outcome is Outcome.STOPPED_BY_USER:
        return Outcome.SERVER_STOPPED
    return step.outcome


def _was_active(row: MeetingRow) -> bool:
    return row.start_time is not None


def _stage(data: dict[str, Any], before: MeetingStatus) -> str:
    """Say how far the bot came: the last status that is a stage of the wire."""
    way = [before, *(entry["from"] for entry in reversed(data.get("status_transition", [])))]
    return next((str(status) for status in way if status not in _NO_STAGES), str(before))


def _end_facts(
    row: MeetingRow,
    data: dict[str, Any],
    before: MeetingStatus,
    after: MeetingStatus,
    outcome: Outcome,
) -> dict[str, Any]:
    meaning, stage = OUTCOMES[outcome], _stage(data, before)
    facts: dict[str, Any] = {
        "completion_reason": str(meaning.reason_for(was_active=_was_active(row))),
        "outcome": str(outcome),
        "outcome_message": meaning.sentence,
        "outcome_hint": meaning.hint,
        "end_stage": stage,
    }
    if after is MeetingStatus.FAILED:
        facts["failure_stage"] = stage
    return facts


def _entry(
    before: MeetingStatus, after: MeetingStatus, step: Move, at: datetime, told: dict[str, Any]
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "from": str(before),
        "to": str(after),
        "timestamp": iso_utc(at),
        "source": str(step.source),
        "reason": step.reason,
        "completion_reason": told.get("completion_reason"),
        "failure_stage": told.get("failure_stage"),
        "exit_code": step.exit_code,
        "error_details": step.error_details,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _last_error(step: Move, told: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "exit_code": step.exit_code,
        "reason": step.reason or told.get("outcome"),
        "timestamp": iso_utc(at),
        "error_details": step.error_details,
    }


def _apply(row: MeetingRow, after: MeetingStatus, data: dict[str, Any], at: datetime) -> None:
    row.status = after
    row.data = data
    if after is MeetingStatus.ACTIVE and row.start_time is None:
        row.start_time = at
    if after in TERMINAL:
        row.end_time = at
