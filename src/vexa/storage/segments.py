"""Final segments. Storing one again changes nothing; only a missing speaker is filled in later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.storage.tables import TranscriptionRow, TranscriptVersionRow, utc_now

#: Rows of one INSERT, far below the limit of bound variables of either database (32 766, 32 767).
INSERT_ROWS = 500


@dataclass(frozen=True, slots=True)
class FinalSegment:
    """A segment that will not change. `start_s` and `end_s` count from its session's sample 0."""

    meeting_id: int
    segment_id: str
    session_uid: str
    start_s: float
    end_s: float
    absolute_start: datetime
    absolute_end: datetime
    text: str
    speaker: str | None
    language: str | None


async def insert_finals(session: AsyncSession, finals: Sequence[FinalSegment]) -> list[int]:
    """Store finals that are not stored yet, known by meeting and segment id.

    Returns:
        For each that was new, the id of its meeting.

    Raises:
        sqlalchemy.exc.IntegrityError: there is no such meeting.
    """
    now = utc_now()
    stored: list[int] = []
    for offset in range(0, len(finals), INSERT_ROWS):
        rows = [_values(final, now) for final in finals[offset : offset + INSERT_ROWS]]
        stored += await _insert_rows(session, rows)
    return stored


async def _insert_rows(session: AsyncSession, rows: list[dict[str, object]]) -> Sequence[int]:
    conflict = ["meeting_id", "segment_id"]
    returning = TranscriptionRow.meeting_id
    if session.get_bind().dialect.name == "postgresql":
        pg = postgresql.insert(TranscriptionRow).values(rows)
        query = pg.on_conflict_do_nothing(index_elements=conflict).returning(returning)
        return (await session.scalars(query)).all()
    lite = sqlite.insert(TranscriptionRow).values(rows)
    lite_query = lite.on_conflict_do_nothing(index_elements=conflict).returning(returning)
    return (await session.scalars(lite_query)).all()


def _values(final: FinalSegment, now: datetime) -> dict[str, object]:
    return {
        "meeting_id": final.meeting_id,
        "segment_id": final.segment_id,
        "session_uid": final.session_uid,
        "start_time": final.start_s,
        "end_time": final.end_s,
        "absolute_start_time": final.absolute_start,
        "absolute_end_time": final.absolute_end,
        "text": final.text,
        "speaker": final.speaker,
        "language": final.language,
        "created_at": now,
    }


async def name_unnamed(
    session: AsyncSession, meeting_id: int, session_uid: str, speaker: str
) -> Sequence[TranscriptionRow]:
    """Give `speaker` to the session's segments that have none; never overwrites a name.

    Returns:
        The segments that were named now, in the order of speech.
    """
    query = (
        update(TranscriptionRow)
        .where(
            TranscriptionRow.meeting_id == meeting_id,
            TranscriptionRow.session_uid == session_uid,
            TranscriptionRow.speaker.is_(None),
        )
        .values(speaker=speaker)
        .returning(TranscriptionRow)
    )
    named = (await session.scalars(query, execution_options={"synchronize_session": False})).all()
    return sorted(named, key=lambda row: (row.absolute_start_time, row.id))


async def of_meeting(session: AsyncSession, meeting_id: int) -> Sequence[TranscriptionRow]:
    """Return every final of a meeting, in the order of speech."""
    query = (
        select(TranscriptionRow)
        .where(TranscriptionRow.meeting_id == meeting_id)
        .order_by(TranscriptionRow.absolute_start_time, TranscriptionRow.id)
    )
    return (await session.scalars(query)).all()


async def note_change(session: AsyncSession, meeting_ids: Iterable[int]) -> dict[int, int]:
    """Raise the transcript versions of these meetings, in the transaction that changes them.

    Returns:
        Meeting id → its version from now on.
    """
    rows = [{"meeting_id": meeting_id, "version": 1} for meeting_id in sorted(set(meeting_ids))]
    if not rows:
        return {}
    table = TranscriptVersionRow
    raised = {"version": table.version + 1}
    if session.get_bind().dialect.name == "postgresql":
        pg = postgresql.insert(table).values(rows)
        query = pg.on_conflict_do_update(index_elements=["meeting_id"], set_=raised)
        found = await session.execute(query.returning(table.meeting_id, table.version))
    else:
        lite = sqlite.insert(table).values(rows)
        lite_query = lite.on_conflict_do_update(index_elements=["meeting_id"], set_=raised)
        found = await session.execute(lite_query.returning(table.meeting_id, table.version))
    return {row.meeting_id: row.version for row in found}


async def version(session: AsyncSession, meeting_id: int) -> int:
    """Return a number that grows with every change of what is stored of a meeting; 0 at first."""
    query = select(TranscriptVersionRow.version).where(
        TranscriptVersionRow.meeting_id == meeting_id
    )
    return (await session.scalars(query)).one_or_none() or 0
