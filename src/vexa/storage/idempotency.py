"""Writes that carried an Idempotency-Key, and their answers, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.kit.clock import Clock
from vexa.kit.idempotency import Begun, Stage, Write
from vexa.storage.database import Database
from vexa.storage.tables import IdempotencyRow

#: How long an answer is given again.
KEEP = timedelta(hours=24)
#: A write without an answer after so long was cut off: no request lasts longer.
CUT_OFF_AFTER = timedelta(seconds=120)


class IdempotencyStore:
    """Keeps which writes run and what they were answered; raises StorageUnavailable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, write: Write) -> Begun:
        """Claim a write for this process, or say what became of the first one with its key."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            await session.execute(
                delete(IdempotencyRow).where(_is(write), IdempotencyRow.created_at <= now - KEEP)
            )
            if await _insert(session, write, now):
                return Begun(Stage.NEW)
            row = (await session.scalars(select(IdempotencyRow).where(_is(write)))).one()
        if row.request_sha256 != write.request_sha256:
            return Begun(Stage.OTHER_REQUEST)
        if row.answer_status is not None and row.answer is not None:
            return Begun(Stage.ANSWERED, row.answer_status, row.answer)
        is_cut_off = row.created_at <= now - CUT_OFF_AFTER
        return Begun(Stage.CUT_OFF if is_cut_off else Stage.RUNNING)

    async def finish(self, write: Write, status: int, answer: bytes) -> None:
        """Keep the answer of a write that this process has claimed."""
        async with self._database.transaction() as session:
            await session.execute(
                update(IdempotencyRow).where(_is(write)).values(answer_status=status, answer=answer)
            )

    async def abandon(self, write: Write) -> None:
        """Forget a write that changed nothing, so that it may be tried again."""
        async with self._database.transaction() as session:
            await session.execute(delete(IdempotencyRow).where(_is(write)))


async def purge(session: AsyncSession, now: datetime) -> None:
    """Delete answers that are no longer given."""
    await session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at <= now - KEEP))


def _is(write: Write) -> ColumnElement[bool]:
    return and_(
        IdempotencyRow.caller_sha256 == write.caller_sha256,
        IdempotencyRow.key_sha256 == write.key_sha256,
    )


async def _insert(session: AsyncSession, write: Write, now: datetime) -> bool:
    values = {
        "caller_sha256": write.caller_sha256,
        "key_sha256": write.key_sha256,
        "request_sha256": write.request_sha256,
        "created_at": now,
    }
    conflict = ["caller_sha256", "key_sha256"]
    if session.get_bind().dialect.name == "postgresql":
        pg = postgresql.insert(IdempotencyRow).values(values)
        pg_query = pg.on_conflict_do_nothing(index_elements=conflict).returning(IdempotencyRow.id)
        return (await session.scalars(pg_query)).one_or_none() is not None
    lite = sqlite.insert(IdempotencyRow).values(values)
    query = lite.on_conflict_do_nothing(index_elements=conflict).returning(IdempotencyRow.id)
    return (await session.scalars(query)).one_or_none() is not None
