"""Accounts and keys in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from vexa.storage import users
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
        user = await users.authenticate(session, key, now=at)
    return None if user is None else user.id


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
