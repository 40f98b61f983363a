"""Takes what was said, and by whom, out of the database for good.

The meeting's row stays, with its times and how it ended; an erased meeting has no native id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.errors import Conflict, NotFound
from vexa.contracts.meeting import TERMINAL
from vexa.storage import segments
from vexa.storage.database import Database
from vexa.storage.tables import (
    MeetingPeopleRow,
    MeetingRow,
    MeetingSessionRow,
    OutboxRow,
    TranscriptionRow,
    WebhookDeliveryRow,
)
from vexa.storage.transitions import locked

#: What stays of `meeting.data` (wire.md §1.4), and of each entry of its history.
KEPT_DATA = ("status_transition", "completion_reason", "failure_stage", "outcome", "end_stage")
KEPT_HISTORY = (
    *("from", "to", "timestamp", "source", "completion_reason", "failure_stage", "exit_code"),
)
#: Meetings that one look for overdue ones returns.
DUE_AT_ONCE = 100

_TERMINAL = sorted(TERMINAL)


class NotFinalized(Conflict):
    """The meeting has not ended, so it cannot be erased."""

    code = "meeting_not_finalized"


async def session_uids(session: AsyncSession, meeting_id: int) -> Sequence[str]:
    """Return the uids of a meeting's speech sessions."""
    query = select(MeetingSessionRow.session_uid).where(MeetingSessionRow.meeting_id == meeting_id)
    return (await session.scalars(query)).all()


def require_finalized(row: MeetingRow | None) -> None:
    """Let only a meeting that has ended be erased.

    Raises:
        NotFound: there is none.
        NotFinalized: it has not ended.
    """
    if row is None:
        raise NotFound("Meeting not found")
    if row.status not in TERMINAL:
        raise NotFinalized(
            f"Meeting not finalized; cannot delete transcripts. Current status: {row.status}",
            status=row.status,
        )


async def erase(session: AsyncSession, meeting_id: int) -> MeetingRow:
    """Delete speech, speakers, messages and deliveries of a meeting; anonymise its row.

    Raises:
        NotFound: there is no such meeting.
        NotFinalized: it has not ended.
    """
    row = await locked(session, meeting_id)
    require_finalized(row)
    for table in (
        *(TranscriptionRow, MeetingSessionRow, MeetingPeopleRow),
        *(OutboxRow, WebhookDeliveryRow),
    ):
        await session.execute(delete(table).where(table.meeting_id == meeting_id))
    await segments.note_change(session, [meeting_id])
    row.data = _kept(row.data)
    row.platform_specific_id = None
    row.constructed_meeting_url = None
    await session.flush()
    return row


def _kept(data: dict[str, Any]) -> dict[str, Any]:
    kept = {key: data[key] for key in KEPT_DATA if key in data}
    history = [
        {key: entry[key] for key in KEPT_HISTORY if key in entry}
        for entry in kept.get("status_transition", [])
    ]
    return {**kept, "status_transition": history, "redacted": True}


async def erased_among(session: AsyncSession, meeting_ids: Collection[int]) -> set[int]:
    """Return which of these meetings are erased; the others cannot be until this transaction ends.

    On Postgres their rows are locked against `erase`, on SQLite the whole database is.
    """
    query = (
        select(MeetingRow.id, MeetingRow.platform_specific_id)
        .where(MeetingRow.id.in_(sorted(meeting_ids)))
        .order_by(MeetingRow.id)
        .with_for_update(read=True, key_share=True)
    )
    return {found for found, native_id in (await session.execute(query)).all() if native_id is None}


async def due(session: AsyncSession, now: datetime, default_days: int | None) -> Sequence[int]:
    """Return meetings whose time to live is over, the oldest first; at most `DUE_AT_ONCE`.

    Args:
        session: an open transaction.
        now: the time.
        default_days: days after the end for meetings without a number of their own; None = never.
    """
    is_candidate: ColumnElement[bool] = MeetingRow.retention_days.is_not(None)
    if default_days is not None:
        oldest = MeetingRow.end_time <= now - timedelta(days=default_days)
        is_candidate = or_(is_candidate, oldest)
    query = (
        select(MeetingRow.id, MeetingRow.end_time, MeetingRow.retention_days)
        .where(
            MeetingRow.status.in_(_TERMINAL),
            MeetingRow.platform_specific_id.is_not(None),
            MeetingRow.end_time.is_not(None),
            is_candidate,
        )
        .order_by(MeetingRow.end_time)
    )
    found = []
    for meeting_id, end_time, own_days in (await session.execute(query)).all():
        days = default_days if own_days is None else own_days
        if days is not None and end_time is not None and end_time <= now - timedelta(days=days):
            found.append(meeting_id)
    return found[:DUE_AT_ONCE]


async def wipe_log(database: Database) -> None:
    """Take deleted pages out of SQLite's write-ahead log as well; nothing to do on Postgres.

    A reader that is open keeps the log; the next call gets it.
    """
    if database.engine.dialect.name != "sqlite":
        return
    async with database.engine.connect() as connection:
        # a checkpoint cannot be made within a transaction, so past the one that `execute` opens
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is not None:
            await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
