"""Routes: HTTP in and out, one transaction each."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from vexa.admin_api.auth import SettingsDep, admin_only
from vexa.contracts.errors import NotFound
from vexa.contracts.http.bots import Message
from vexa.contracts.http.users import (
    TokenInfo,
    TokenResponse,
    UserCreate,
    UserDetail,
    UserResponse,
    UserWithKey,
)
from vexa.contracts.times import naive_utc
from vexa.storage import users
from vexa.storage.database import Database
from vexa.storage.tables import ApiTokenRow, UserRow
from vexa.storage.users import NewUser

public = APIRouter()
router = APIRouter(dependencies=[Depends(admin_only)], tags=["admin"])

#: Largest id of the tables' integer keys: a larger one is unknown, not a database error.
_MAX_ID = 2**31 - 1
_Id = Annotated[int, Path(ge=0, le=_MAX_ID)]


def database_of(request: Request) -> Database:
    """Return the database that the lifespan has opened."""
    return cast(Database, request.app.state.database)


DatabaseDep = Annotated[Database, Depends(database_of)]


@public.get("/", tags=["operator"])
async def banner() -> Message:
    """Say who answers."""
    return Message(message="Vexa Admin API")


@router.post("/users", status_code=status.HTTP_201_CREATED)
async def create_user_with_key(
    body: UserCreate, settings: SettingsDep, database: DatabaseDep, response: Response
) -> UserWithKey:
    """Make a user, or find it by e-mail (200); either way mint a key, shown this once."""
    async with database.transaction() as session:
        row, is_new = await users.create_or_get(
            session, _new_user(body, settings.default_max_concurrent_bots)
        )
        minted = await users.mint_token(session, row.id)
    response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return UserWithKey(**users.to_response(row).model_dump(), api_key=minted.api_key)


@router.post("/admin/users", status_code=status.HTTP_201_CREATED)
async def create_user(
    body: UserCreate, settings: SettingsDep, database: DatabaseDep, response: Response
) -> UserResponse:
    """Make a user, or find it by e-mail (200). Mints no key."""
    async with database.transaction() as session:
        row, is_new = await users.create_or_get(
            session, _new_user(body, settings.default_max_concurrent_bots)
        )
    response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return users.to_response(row)


@router.get("/admin/users")
async def list_users(
    database: DatabaseDep,
    skip: Annotated[int, Query(ge=0, le=_MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[UserResponse]:
    """List users by id."""
    async with database.transaction() as session:
        rows = await users.list_page(session, skip=skip, limit=limit)
    return [users.to_response(row) for row in rows]


@router.get("/admin/users/email/{email}")
async def user_by_email(email: str, database: DatabaseDep) -> UserResponse:
    """Find a user by e-mail."""
    async with database.transaction() as session:
        return users.to_response(_known(await users.by_email(session, email)))


@router.get("/admin/users/{user_id}")
async def user_by_id(user_id: _Id, database: DatabaseDep) -> UserDetail:
    """Show a user and its tokens, without the keys themselves."""
    async with database.transaction() as session:
        row = _known(await users.by_id(session, user_id))
        tokens = await users.live_tokens(session, user_id)
    return UserDetail(
        **users.to_response(row).model_dump(), api_tokens=[_token_info(token) for token in tokens]
    )


@router.post("/admin/users/{user_id}/tokens", status_code=status.HTTP_201_CREATED)
async def mint_token(user_id: _Id, database: DatabaseDep) -> TokenResponse:
    """Give a user one more key, shown this once."""
    async with database.transaction() as session:
        _known(await users.by_id(session, user_id))
        minted = await users.mint_token(session, user_id)
    return TokenResponse(
        id=minted.row.id,
        user_id=user_id,
        token=minted.api_key,
        created_at=naive_utc(minted.row.created_at),
    )


@router.delete("/admin/tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_token(token_id: _Id, database: DatabaseDep) -> None:
    """Revoke a key; requests with it are refused from now on."""
    async with database.transaction() as session:
        if not await users.revoke_token(session, token_id):
            raise NotFound("Token not found")


def _new_user(body: UserCreate, default_limit: int) -> NewUser:
    given = body.max_concurrent_bots
    return NewUser(
        email=body.email,
        name=body.name,
        image_url=body.image_url,
        max_concurrent_bots=default_limit if given is None else given,
    )


def _known(row: UserRow | None) -> UserRow:
    if row is None:
        raise NotFound("User not found")
    return row


def _token_info(row: ApiTokenRow) -> TokenInfo:
    return TokenInfo(
        id=row.id,
        user_id=row.user_id,
        created_at=naive_utc(row.created_at),
        last_used_at=naive_utc(row.last_used_at) if row.last_used_at else None,
        expires_at=naive_utc(row.expires_at) if row.expires_at else None,
    )
