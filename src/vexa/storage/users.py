"""Accounts and their API keys. A key is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.api_keys import granted
from vexa.contracts.http.users import TokenInfo, UserResponse
from vexa.contracts.times import naive_utc
from vexa.storage.tables import ApiTokenRow, UserRow, utc_now

#: How every key that this server mints begins.
KEY_PREFIX = "vx_"
#: Random bytes of a key: 192 bits, which base64 turns into 32 characters.
KEY_BYTES = 24


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an account is made from."""

    email: str
    max_concurrent_bots: int
    name: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A stored token and, for this once, the key itself."""

    row: ApiTokenRow
    api_key: str


def key_digest(api_key: str) -> str:
    """Return what is stored instead of a key: its SHA-256, as hex."""
    return hashlib.sha256(api_key.encode()).hexdigest()


async def create_or_get(session: AsyncSession, new: NewUser) -> tuple[UserRow, bool]:
    """Return the account with this e-mail, made if there was none.

    A known account is returned as it is: the other fields of `new` do not change it.

    Returns:
        The account, and whether it was made now.
    """
    known = await by_email(session, new.email)
    if known is not None:
        return known, False
    row = UserRow(
        email=new.email,
        name=new.name,
        image_url=new.image_url,
        max_concurrent_bots=new.max_concurrent_bots,
        data={},
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        winner = await by_email(session, new.email)
        if winner is None:
            raise
        return winner, False
    return row, True


async def by_id(session: AsyncSession, user_id: int) -> UserRow | None:
    """Return the account with this id."""
    return await session.get(UserRow, user_id)


async def by_email(session: AsyncSession, email: str) -> UserRow | None:
    """Return the account with this e-mail, which is compared as it was stored."""
    return (await session.scalars(select(UserRow).where(UserRow.email == email))).one_or_none()


async def list_page(session: AsyncSession, *, skip: int, limit: int) -> Sequence[UserRow]:
    """Return accounts by id, at most `limit` of them after the first `skip`."""
    query = select(UserRow).order_by(UserRow.id).offset(skip).limit(limit)
    return (await session.scalars(query)).all()


async def change(session: AsyncSession, row: UserRow, changes: Mapping[str, Any]) -> UserRow:
    """Set columns of an account: `name`, `image_url`, `max_concurrent_bots`, `data`.

    A number or an object that is null stays as it was.
    """
    for name, value in changes.items():
        if value is not None or name in {"name", "image_url"}:
            setattr(row, name, value)
    await session.flush()
    return row


async def mint_token(
    session: AsyncSession,
    user_id: int,
    *,
    scopes: Sequence[str] = (),
    name: str | None = None,
    expires_at: datetime | None = None,
) -> MintedToken:
    """Give the account one more key. The account must exist."""
    api_key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    row = ApiTokenRow(
        token_sha256=key_digest(api_key),
        user_id=user_id,
        scopes=list(scopes),
        name=name,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    return MintedToken(row, api_key)


async def live_tokens(session: AsyncSession, user_id: int) -> Sequence[ApiTokenRow]:
    """Return the account's tokens that are not revoked, by id."""
    query = (
        select(ApiTokenRow)
        .where(ApiTokenRow.user_id == user_id, ApiTokenRow.revoked_at.is_(None))
        .order_by(ApiTokenRow.id)
    )
    return (await session.scalars(query)).all()


async def revoke_token(session: AsyncSession, token_id: int) -> bool:
    """Revoke a token from now on; False when there is no such token that is not yet revoked."""
    query = (
        update(ApiTokenRow)
        .where(ApiTokenRow.id == token_id, ApiTokenRow.revoked_at.is_(None))
        .values(revoked_at=utc_now())
        .returning(ApiTokenRow.id)
    )
    return (await session.scalars(query)).one_or_none() is not None


def to_response(row: UserRow) -> UserResponse:
    """Make the HTTP body of an account."""
    return UserResponse(
        id=row.id,
        email=row.email,
        name=row.name,
        image_url=row.image_url,
        created_at=naive_utc(row.created_at),
        max_concurrent_bots=row.max_concurrent_bots,
        data=row.data,
    )


def to_token_info(row: ApiTokenRow) -> TokenInfo:
    """Make the HTTP body of a token, without the key."""
    return TokenInfo(
        id=row.id,
        user_id=row.user_id,
        scopes=granted(row.scopes),
        name=row.name,
        created_at=naive_utc(row.created_at),
        last_used_at=naive_utc(row.last_used_at) if row.last_used_at else None,
        expires_at=naive_utc(row.expires_at) if row.expires_at else None,
    )
