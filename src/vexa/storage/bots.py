"""What a bot manager keeps of its bots in a meeting's row: process handle and sign of life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.meeting import TERMINAL
from vexa.storage import people
from vexa.storage.tables import MeetingRow
from vexa.storage.transitions import locked


async def record_name(session: AsyncSession, row: MeetingRow, name: str) -> None:
    """Store the name that a bot's log and `GET /bots/status` carry."""
    row.bot_container_id = name
    await session.flush()


async def record_process(
    session: AsyncSession, meeting_id: int, *, pid: int, started_ticks: int
) -> bool:
    """Store which process the bot is.

    Returns:
        False when the meeting has ended in between, so that the process has nothing to do.
    """
    row = await locked(session, meeting_id)
    row.bot_pid, row.bot_started_ticks = pid, started_ticks
    return row.status not in TERMINAL


async def record_notice(session: AsyncSession, meeting_id: int, *, posted: bool) -> None:
    """Store in the meeting's `data` whether its people were told by the chat."""
    row = await locked(session, meeting_id)
    row.data = {**row.data, "notice_posted": posted}


async def record_hearing(session: AsyncSession, meeting_id: int, hears: str) -> None:
    """Store in the meeting's `data` by what its bot hears, or that it hears nothing."""
    row = await locked(session, meeting_id)
    row.data = {**row.data, "hears": str(hears)}


async def record_names(session: AsyncSession, meeting_id: int, names: Sequence[str]) -> None:
    """Keep the names of who has been in the meeting until its end."""
    await people.record(session, await locked(session, meeting_id), names)


async def record_evidence(session: AsyncSession, meeting_id: int, files: list[str]) -> None:
    """Store in the meeting's `data` which files in the folder of bot logs show how it failed."""
    row = await locked(session, meeting_id)
    if not row.data.get("redacted"):
        row.data = {**row.data, "evidence": files}


async def record_heartbeat(session: AsyncSession, meeting_id: int, at: datetime) -> None:
    """Store a sign of life. It is no change of the meeting: `updated_at` stays."""
    await session.execute(
        update(MeetingRow)
        .where(MeetingRow.id == meeting_id)
        .values(heartbeat_at=at, updated_at=MeetingRow.updated_at)
    )
