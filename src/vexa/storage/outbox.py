"""Messages that leave because of a change, written in the change's own transaction.

Rows go out in the order of their ids. Two rows of one meeting keep their order because every
change of a meeting holds its row lock until commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.storage.tables import OutboxRow

#: Topic of frames for the live feed: the status of a meeting changed.
MEETING_STATUS = "meeting.status"


def add(session: AsyncSession, meeting_id: int, topic: str, payload: dict[str, Any]) -> None:
    """Write a message; it exists if, and only if, the transaction commits."""
    session.add(OutboxRow(meeting_id=meeting_id, topic=topic, payload=payload))


async def oldest(session: AsyncSession, topic: str, *, limit: int) -> Sequence[OutboxRow]:
    """Return waiting messages of a topic, oldest first."""
    query = select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id).limit(limit)
    return (await session.scalars(query)).all()


async def count(session: AsyncSession) -> int:
    """Return how many messages wait."""
    return (await session.scalars(select(func.count()).select_from(OutboxRow))).one()


async def remove(session: AsyncSession, ids: Sequence[int]) -> None:
    """Delete messages that have gone out. Safe to call twice."""
    await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
