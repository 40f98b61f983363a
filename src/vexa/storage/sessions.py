"""Speech sessions: one participant's stream into the speech server, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.errors import NotFound
from vexa.storage.tables import MeetingSessionRow, utc_now


async def ensure(
    session: AsyncSession, meeting_id: int, session_uid: str, start: datetime | None
) -> MeetingSessionRow:
    """Return the session's row, made if there was none, locked until the transaction ends.

    The lock keeps a final from being stored without a name while another process gives the
    session its name.

    Args:
        session: an open transaction.
        meeting_id: whose session it is.
        session_uid: its uid.
        start: UTC time of sample 0 if known; a row that has another takes it.

    Raises:
        NotFound: there is no such meeting; the transaction can only be rolled back.
    """
    values = {
        "meeting_id": meeting_id,
        "session_uid": session_uid,
        "session_start_time": start or utc_now(),
    }
    try:
        await _insert_if_missing(session, values)
    except IntegrityError as exc:
        raise NotFound("There is no such meeting.") from exc
    query = (
        select(MeetingSessionRow)
        .where(
            MeetingSessionRow.meeting_id == meeting_id,
            MeetingSessionRow.session_uid == session_uid,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await session.scalars(query)).one()
    if start is not None and row.session_start_time != start:
        row.session_start_time = start
        await session.flush()
    return row


async def ensure_all(
    session: AsyncSession, starts: Mapping[tuple[int, str], datetime | None]
) -> dict[tuple[int, str], MeetingSessionRow]:
    """Do what `ensure` does for many sessions, those that are there in one step.

    Args:
        session: an open transaction.
        starts: meeting id and session uid → UTC time of sample 0 if known.

    Raises:
        NotFound: there is no such meeting; the transaction can only be rolled back.
    """
    # one order for every process, or two batches could wait for each other's rows
    keys = sorted(starts)
    address = tuple_(MeetingSessionRow.meeting_id, MeetingSessionRow.session_uid)
    query = (
        select(MeetingSessionRow)
        .where(address.in_(keys))
        .order_by(MeetingSessionRow.meeting_id, MeetingSessionRow.session_uid)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {(row.meeting_id, row.session_uid): row for row in await session.scalars(query)}
    for key in keys:
        row = found.get(key)
        if row is None:
            found[key] = await ensure(session, *key, starts[key])
            continue
        start = starts[key]
        if start is not None and row.session_start_time != start:
            row.session_start_time = start
    await session.flush()
    return found


async def _insert_if_missing(session: AsyncSession, values: dict[str, object]) -> None:
    conflict = ["meeting_id", "session_uid"]
    if session.get_bind().dialect.name == "postgresql":
        pg = postgresql.insert(MeetingSessionRow).values(values)
        await session.execute(pg.on_conflict_do_nothing(index_elements=conflict))
    else:
        lite = sqlite.insert(MeetingSessionRow).values(values)
        await session.execute(lite.on_conflict_do_nothing(index_elements=conflict))


async def end(session: AsyncSession, meeting_id: int, session_uid: str, at: datetime) -> None:
    """Note when a session ended; the first end stays. Unknown sessions are ignored."""
    query = (
        update(MeetingSessionRow)
        .where(
            MeetingSessionRow.meeting_id == meeting_id,
            MeetingSessionRow.session_uid == session_uid,
            MeetingSessionRow.session_end_time.is_(None),
        )
        .values(session_end_time=at)
    )
    await session.execute(query)
