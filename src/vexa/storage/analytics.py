"""What an operator wants to know of users and meetings, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.http.analytics import (
    MeetingRecord,
    MeetingStats,
    PerformanceMetrics,
    SessionRecord,
    TranscriptionStats,
    UsagePatterns,
)
from vexa.contracts.meeting import MeetingStatus
from vexa.contracts.times import naive_utc, parse_iso
from vexa.storage.tables import MeetingRow, MeetingSessionRow, TranscriptionRow, UserRow

#: Hours that `peak_usage_hours` names.
PEAK_HOURS = 3
_DAY_S = 86_400


async def meetings_with_users(
    session: AsyncSession, *, skip: int, limit: int
) -> tuple[int, list[tuple[MeetingRow, UserRow]]]:
    """Return how many meetings there are, and a page of them with their owners, newest first."""
    total = (await session.scalars(select(func.count()).select_from(MeetingRow))).one()
    query = (
        select(MeetingRow, UserRow)
        .join(UserRow, UserRow.id == MeetingRow.user_id)
        .order_by(MeetingRow.created_at.desc(), MeetingRow.id.desc())
        .offset(skip)
        .limit(limit)
    )
    return total, [(meeting, user) for meeting, user in (await session.execute(query)).all()]


async def meeting_page(session: AsyncSession, *, skip: int, limit: int) -> Sequence[MeetingRow]:
    """Return meetings of all users by id, at most `limit` of them after the first `skip`."""
    query = select(MeetingRow).order_by(MeetingRow.id).offset(skip).limit(limit)
    return (await session.scalars(query)).all()


async def sessions_of(session: AsyncSession, meeting_id: int) -> list[SessionRecord]:
    """Return a meeting's speech sessions in the order of their start."""
    query = (
        select(MeetingSessionRow)
        .where(MeetingSessionRow.meeting_id == meeting_id)
        .order_by(MeetingSessionRow.session_start_time, MeetingSessionRow.id)
    )
    return [
        SessionRecord(
            id=row.id,
            meeting_id=row.meeting_id,
            session_uid=row.session_uid,
            session_start_time=naive_utc(row.session_start_time),
        )
        for row in (await session.scalars(query)).all()
    ]


async def transcription_stats(session: AsyncSession, meeting_id: int) -> TranscriptionStats:
    """Count what was stored of a meeting's speech."""
    is_its = TranscriptionRow.meeting_id == meeting_id
    counts = select(
        func.count(),
        func.coalesce(func.sum(TranscriptionRow.end_time - TranscriptionRow.start_time), 0.0),
        func.count(TranscriptionRow.speaker.distinct()),
    ).where(is_its)
    total, seconds, speakers = (await session.execute(counts)).one()
    languages = (
        select(TranscriptionRow.language)
        .where(is_its, TranscriptionRow.language.is_not(None))
        .distinct()
    )
    return TranscriptionStats(
        total_transcriptions=total,
        total_duration=round(float(seconds), 3),
        unique_speakers=speakers,
        languages_detected=sorted(str(code) for code in (await session.scalars(languages)).all()),
    )


def performance(row: MeetingRow) -> PerformanceMetrics:
    """Read off a meeting's history how long each step took."""
    reached = _first_times(row.data.get("status_transition"))
    joining, admitted = reached.get(MeetingStatus.JOINING), row.start_time
    lobby = reached.get(MeetingStatus.AWAITING_ADMISSION)
    return PerformanceMetrics(
        join_time=_seconds(joining, lobby or admitted),
        admission_time=_seconds(lobby, admitted),
        total_duration=_seconds(row.start_time, row.end_time),
        bot_uptime=_seconds(joining, row.end_time),
    )


def _first_times(history: Any) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    for entry in history if isinstance(history, list) else []:
        times.setdefault(str(entry["to"]), parse_iso(str(entry["timestamp"])))
    return times


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds(), 3)


def meeting_stats(rows: Sequence[MeetingRow]) -> MeetingStats:
    """Count a user's meetings; those that never began have no duration."""
    count = Counter(row.status for row in rows)
    stays = [s for row in rows if (s := _seconds(row.start_time, row.end_time)) is not None]
    return MeetingStats(
        total_meetings=len(rows),
        completed_meetings=count[MeetingStatus.COMPLETED],
        failed_meetings=count[MeetingStatus.FAILED],
        active_meetings=count[MeetingStatus.ACTIVE],
        total_duration=round(sum(stays), 3) if stays else None,
        average_duration=round(sum(stays) / len(stays), 3) if stays else None,
    )


def usage_patterns(rows: Sequence[MeetingRow]) -> UsagePatterns:
    """Say when and where a user sends bots."""
    if not rows:
        return UsagePatterns(
            most_used_platform=None, meetings_per_day=0.0, peak_usage_hours=[], last_activity=None
        )
    created = [row.created_at for row in rows]
    days = max((max(created) - min(created)).total_seconds() / _DAY_S, 1.0)
    hours = Counter(at.hour for at in created).most_common(PEAK_HOURS)
    return UsagePatterns(
        most_used_platform=Counter(row.platform for row in rows).most_common(1)[0][0],
        meetings_per_day=round(len(rows) / days, 3),
        peak_usage_hours=[hour for hour, _ in hours],
        last_activity=naive_utc(max(row.updated_at for row in rows)),
    )


def to_record(row: MeetingRow) -> MeetingRecord:
    """Make the line of a meeting: no speech, no names, no data."""
    return MeetingRecord(
        id=row.id,
        user_id=row.user_id,
        platform=row.platform,
        native_meeting_id=row.platform_specific_id,
        status=row.status,
        start_time=naive_utc(row.start_time) if row.start_time else None,
        end_time=naive_utc(row.end_time) if row.end_time else None,
        created_at=naive_utc(row.created_at),
        updated_at=naive_utc(row.updated_at),
    )
