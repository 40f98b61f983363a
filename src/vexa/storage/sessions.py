"""Speech sessions: one participant's stream into the speech server, and whose it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.storage.tables import MeetingSessionRow


async def ensure(
    session: AsyncSession, meeting_id: int, session_uid: str, start: datetime
) -> MeetingSessionRow:
    """Return the session's row, made if there was none, locked until the transaction ends.

    The lock keeps a final from being stored without a name while another process gives the
    session its name. A known session keeps its first start.

    Raises:
        sqlalchemy.exc.IntegrityError: there is no such meeting.
    """
    values = {
        "meeting_id": meeting_id,
        "session_uid": session_uid,
        "session_start_time": start,
    }
    conflict = ["meeting_id", "session_uid"]
    if session.get_bind().dialect.name == "postgresql":
        pg = postgresql.insert(MeetingSessionRow).values(values)
        await session.execute(pg.on_conflict_do_nothing(index_elements=conflict))
    else:
        lite = sqlite.insert(MeetingSessionRow).values(values)
        await session.execute(lite.on_conflict_do_nothing(index_elements=conflict))
    query = (
        select(MeetingSessionRow)
        .where(
            MeetingSessionRow.meeting_id == meeting_id,
            MeetingSessionRow.session_uid == session_uid,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).one()


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
