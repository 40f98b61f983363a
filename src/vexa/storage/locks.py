"""Locks that last until the end of a transaction."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


def lock_key(name: str) -> int:
    """Return the signed 64-bit number that Postgres knows a named lock by."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


async def lock_name(session: AsyncSession, name: str) -> None:
    """Hold `name` alone until commit. On SQLite the open transaction is that lock already."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(lock_key(name))))
