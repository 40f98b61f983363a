"""Roles that one process at a time may hold, such as the bot manager of a host."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.storage.locks import lock_name
from vexa.storage.tables import LeaseRow


async def acquire(
    session: AsyncSession, name: str, holder: str, *, now: datetime, lifetime: timedelta
) -> str:
    """Take or keep a role until `now + lifetime`, unless someone else still holds it.

    Returns:
        Who holds the role after this: `holder` when it was taken or kept.
    """
    await lock_name(session, f"lease:{name}")
    row = await session.get(LeaseRow, name, populate_existing=True)
    if row is None:
        session.add(LeaseRow(name=name, holder=holder, expires_at=now + lifetime))
        return holder
    if row.holder == holder or row.expires_at <= now:
        row.holder = holder
        row.expires_at = now + lifetime
    return row.holder


async def release(session: AsyncSession, name: str, holder: str) -> None:
    """Give a role up. Safe to call twice, and when someone else holds it."""
    await session.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))


async def expiry(session: AsyncSession, name: str) -> datetime | None:
    """Return until when a role is held, which may be past; None if nobody ever gave a time."""
    row = await session.get(LeaseRow, name, populate_existing=True)
    return None if row is None else row.expires_at
