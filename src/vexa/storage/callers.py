"""Whose an API key is, and what it may do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.api_keys import InvalidKey, MissingKey, Scope, granted, require
from vexa.kit.clock import Clock, SystemClock
from vexa.storage.database import Database
from vexa.storage.tables import ApiTokenRow, UserRow, utc_now
from vexa.storage.users import key_digest

#: `last_used_at` is for a person to read; writing it on every request would be a write per read.
LAST_USED_STEP = timedelta(minutes=1)
#: How long an answer is taken from memory. A revoked key must be refused within a second.
REMEMBER_S = 0.5
#: Most keys that one process remembers.
REMEMBER_KEYS = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of a valid key."""

    user_id: int
    email: str
    max_concurrent_bots: int
    token_id: int
    scopes: tuple[str, ...]
    last_used_at: datetime | None


async def find_caller(
    session: AsyncSession, api_key: str, *, now: datetime | None = None
) -> Caller | None:
    """Return whose key this is, or None when unknown, revoked or expired. Writes nothing.

    Any stored form of key is accepted.
    """
    moment = now or utc_now()
    query = (
        select(
            UserRow.id,
            UserRow.email,
            UserRow.max_concurrent_bots,
            ApiTokenRow.id,
            ApiTokenRow.scopes,
            ApiTokenRow.last_used_at,
        )
        .join(UserRow, UserRow.id == ApiTokenRow.user_id)
        .where(
            ApiTokenRow.token_sha256 == key_digest(api_key),
            ApiTokenRow.revoked_at.is_(None),
            or_(ApiTokenRow.expires_at.is_(None), ApiTokenRow.expires_at > moment),
        )
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    user_id, email, limit, token_id, scopes, last_used_at = found
    return Caller(user_id, email, limit, token_id, tuple(granted(scopes)), last_used_at)


async def note_use(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """Write when a key was used; at most once a minute."""
    if is_use_noted(caller, now):
        return
    await session.execute(
        update(ApiTokenRow).where(ApiTokenRow.id == caller.token_id).values(last_used_at=now)
    )


def is_use_noted(caller: Caller, now: datetime) -> bool:
    """Tell whether the stored time of use is new enough."""
    return caller.last_used_at is not None and caller.last_used_at > now - LAST_USED_STEP


async def ended_between(session: AsyncSession, after: datetime, until: datetime) -> Sequence[str]:
    """Return the digests of keys that were revoked or have expired in this time."""
    query = select(ApiTokenRow.token_sha256).where(
        or_(
            and_(ApiTokenRow.revoked_at > after, ApiTokenRow.revoked_at <= until),
            and_(ApiTokenRow.expires_at > after, ApiTokenRow.expires_at <= until),
        )
    )
    return (await session.scalars(query)).all()


class Callers:
    """Answers for the keys of requests, from memory for `REMEMBER_S`.

    Args:
        database: where the keys are.
        clock: tells how old an answer is, and when a key was used.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._known: dict[str, tuple[float, Caller]] = {}

    async def identify(
        self, api_key: str | None, needed: Iterable[Scope], *, missing: str | None = None
    ) -> Caller:
        """Return who is asking.

        Args:
            api_key: as the request carries it.
            needed: scopes of which the key must have one.
            missing: what to say when there is no key.

        Raises:
            MissingKey, InvalidKey, InsufficientScope: the key does not open this.
            StorageUnavailable: nobody can be asked.
        """
        if not api_key:
            raise MissingKey(missing)
        caller = await self._look_up(api_key)
        require(caller.scopes, needed)
        return caller

    async def _look_up(self, api_key: str) -> Caller:
        digest, now_s = key_digest(api_key), self._clock.monotonic_s()
        known = self._known.get(digest)
        if known is not None and now_s - known[0] < REMEMBER_S:
            return known[1]
        self._known.pop(digest, None)
        now = self._clock.now()
        async with self._database.reading() as session:
            caller = await find_caller(session, api_key, now=now)
        if caller is None:
            raise InvalidKey
        if not is_use_noted(caller, now):
            async with self._database.transaction() as session:
                await note_use(session, caller, now)
        if len(self._known) >= REMEMBER_KEYS:
            self._known.clear()
        self._known[digest] = (now_s, caller)
        return caller
