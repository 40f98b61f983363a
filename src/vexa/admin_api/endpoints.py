"""Routes of users: HTTP in and out, one transaction each."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response, status

from vexa.admin_api.auth import DatabaseDep, SettingsDep, admin_only
from vexa.admin_api.parameters import Id, Limit, Skip
from vexa.contracts.errors import BadRequest, NotFound
from vexa.contracts.http.bots import Message
from vexa.contracts.http.users import (
    UserCreate,
    UserDetail,
    UserPatch,
    UserResponse,
    UserWithKey,
)
from vexa.storage import users
from vexa.storage.tables import UserRow
from vexa.storage.users import NewUser

public = APIRouter()
router = APIRouter(dependencies=[Depends(admin_only)], tags=["admin"])


@public.get("/", tags=["operator"])
async def banner() -> Message:
    """Say who answers."""
    return Message(message="Vexa Admin API")


@router.post(
    "/users",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": UserWithKey, "description": "The e-mail is known"}},
)
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


@router.post(
    "/admin/users",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": UserResponse, "description": "The e-mail is known"}},
)
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
    skip: Skip = 0,
    limit: Limit = 100,
) -> list[UserResponse]:
    """List users by id."""
    async with database.reading() as session:
        rows = await users.list_page(session, skip=skip, limit=limit)
    return [users.to_response(row) for row in rows]


@router.get("/admin/users/email/{email}")
async def user_by_email(email: str, database: DatabaseDep) -> UserResponse:
    """Find a user by e-mail."""
    async with database.reading() as session:
        return users.to_response(_known(await users.by_email(session, email)))


@router.get("/admin/users/{user_id}")
async def user_by_id(user_id: Id, database: DatabaseDep) -> UserDetail:
    """Show a user and its tokens, without the keys themselves."""
    async with database.reading() as session:
        row = _known(await users.by_id(session, user_id))
        tokens = await users.live_tokens(session, user_id)
    return UserDetail(
        **users.to_response(row).model_dump(),
        api_tokens=[users.to_token_info(token) for token in tokens],
    )


@router.patch("/admin/users/{user_id}")
async def change_user(user_id: Id, body: UserPatch, database: DatabaseDep) -> UserResponse:
    """Change what the body names. The e-mail stays: it is who the user is."""
    async with database.transaction() as session:
        row = _known(await users.by_id(session, user_id))
        if body.email is not None and body.email != row.email:
            raise BadRequest("Cannot change user email via this endpoint.")
        changes = body.model_dump(exclude_unset=True, exclude={"email"})
        return users.to_response(await users.change(session, row, changes))


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
