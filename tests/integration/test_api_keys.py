"""Accounts and keys in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from vexa.contracts.api_keys import (
    FOR_BOTS,
    FOR_TRANSCRIPTS,
    InsufficientScope,
    InvalidKey,
    MissingKey,
)
from vexa.storage import users
from vexa.storage.callers import Callers, ended_between, find_caller, note_use
from vexa.storage.database import Database
from vexa.storage.tables import ApiTokenRow
from vexa.storage.users import NewUser

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


async def _user(database: Database) -> int:
    async with database.transaction() as session:
        return (await users.create_or_get(session, NewUser("a@example.com", 3)))[0].id


async def _owner(database: Database, key: str, at: datetime = NOW) -> int | None:
    async with database.transaction() as session:
        caller = await find_caller(session, key, now=at)
        if caller is not None:
            await note_use(session, caller, at)
    return None if caller is None else caller.user_id


async def test_parallel_creates_of_one_email_make_one_account(database: Database) -> None:
    async def create() -> tuple[int, bool]:
        async with database.transaction() as session:
            row, is_new = await users.create_or_get(session, NewUser("a@example.com", 3))
            return row.id, is_new

    results = await asyncio.gather(*(create() for _ in range(10)))
    assert len({user_id for user_id, _ in results}) == 1
    assert [is_new for _, is_new in results].count(True) == 1


async def test_key_is_long_and_only_its_digest_is_kept(database: Database) -> None:
    user_id = await _user(database)
    async with database.transaction() as session:
        minted = await users.mint_token(session, user_id)
    assert minted.api_key.startswith("vx_")
    assert len(minted.api_key) >= 3 + 160 // 6
    async with database.transaction() as session:
        stored = (await session.scalars(select(ApiTokenRow))).one()
    assert minted.api_key not in str(vars(stored))
    assert await _owner(database, minted.api_key) == user_id
    assert await _owner(database, minted.api_key + "x") is None


async def test_older_forms_of_key_are_opaque(database: Database) -> None:
    user_id, old = await _user(database), "A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8I9j0"
    async with database.transaction() as session:
        session.add(ApiTokenRow(token_sha256=users.key_digest(old), user_id=user_id, scopes=[]))
    assert await _owner(database, old) == user_id


async def test_revoked_and_expired_keys_are_refused(database: Database) -> None:
    user_id = await _user(database)
    async with database.transaction() as session:
        revoked = await users.mint_token(session, user_id)
        expiring = await users.mint_token(session, user_id, expires_at=NOW)
    async with database.transaction() as session:
        assert await users.revoke_token(session, revoked.row.id)
        assert not await users.revoke_token(session, revoked.row.id)
    assert await _owner(database, revoked.api_key) is None
    assert await _owner(database, expiring.api_key, NOW - timedelta(seconds=1)) == user_id
    assert await _owner(database, expiring.api_key, NOW) is None


async def test_last_use_is_written_at_most_once_a_minute(database: Database) -> None:
    user_id = await _user(database)
    async with database.transaction() as session:
        minted = await users.mint_token(session, user_id)
    seen = []
    for seconds in (0, 30, 61):
        await _owner(database, minted.api_key, NOW + timedelta(seconds=seconds))
        async with database.transaction() as session:
            seen.append((await session.scalars(select(ApiTokenRow.last_used_at))).one())
    assert seen == [NOW, NOW, NOW + timedelta(seconds=61)]


async def test_scopes_open_their_part_only(database: Database) -> None:
    user_id = await _user(database)
    async with database.transaction() as session:
        for_bots = await users.mint_token(session, user_id, scopes=["bot"])
        for_all = await users.mint_token(session, user_id)
    callers = Callers(database)
    assert (await callers.identify(for_all.api_key, FOR_TRANSCRIPTS)).user_id == user_id
    assert (await callers.identify(for_bots.api_key, FOR_BOTS)).scopes == ("bot",)
    with pytest.raises(InsufficientScope) as refused:
        await callers.identify(for_bots.api_key, FOR_TRANSCRIPTS)
    assert refused.value.fields == {"required": ["tx"]}
    with pytest.raises(MissingKey):
        await callers.identify(None, FOR_BOTS)


class _HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.at_s)

    def monotonic_s(self) -> float:
        return self.at_s


async def test_remembered_keys_are_refused_within_a_second_of_revocation(
    database: Database,
) -> None:
    user_id, clock = await _user(database), _HandClock()
    async with database.transaction() as session:
        minted = await users.mint_token(session, user_id)
    callers = Callers(database, clock)
    await callers.identify(minted.api_key, FOR_BOTS)
    async with database.transaction() as session:
        await users.revoke_token(session, minted.row.id)
    clock.at_s += 1.0
    with pytest.raises(InvalidKey):
        await callers.identify(minted.api_key, FOR_BOTS)


async def test_ended_keys_are_listed_once_in_their_time(database: Database) -> None:
    user_id = await _user(database)
    async with database.transaction() as session:
        await users.mint_token(session, user_id)
        expired = await users.mint_token(session, user_id, expires_at=NOW)
        revoked = await users.mint_token(session, user_id)
    async with database.transaction() as session:
        await users.revoke_token(session, revoked.row.id)
    async with database.reading() as session:
        far = timedelta(days=3650)
        both = await ended_between(session, NOW - far, NOW + far)
        before = await ended_between(session, NOW - far, NOW - timedelta(seconds=1))
        then = await ended_between(session, NOW - timedelta(seconds=1), NOW)
    assert set(both) == {expired.row.token_sha256, revoked.row.token_sha256}
    assert (list(before), list(then)) == ([], [expired.row.token_sha256])


async def test_reading_waits_for_no_writer(database: Database) -> None:
    await _user(database)
    async with database.transaction() as writer:
        await users.create_or_get(writer, NewUser("b@example.com", 3))
        async with asyncio.timeout(5), database.reading() as reader:
            assert [row.email for row in await users.list_page(reader, skip=0, limit=9)] == [
                "a@example.com"
            ]
