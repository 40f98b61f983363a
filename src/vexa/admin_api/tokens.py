"""Routes of API keys: mint, list, revoke, and what a key may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, status
from pydantic import ValidationError

from vexa.admin_api.auth import CallerDep, DatabaseDep, admin_only
from vexa.admin_api.parameters import Id
from vexa.contracts.api_keys import Scope
from vexa.contracts.errors import InvalidInput, NotFound
from vexa.contracts.http.users import TokenInfo, TokenRequest, TokenResponse, WhoAmI
from vexa.storage import users
from vexa.storage.tables import utc_now

own = APIRouter(tags=["user"])
router = APIRouter(prefix="/admin", dependencies=[Depends(admin_only)], tags=["admin"])


@own.get("/auth/me")
async def who_am_i(caller: CallerDep) -> WhoAmI:
    """Say whose this key is, and what it may do."""
    return WhoAmI(
        user_id=caller.user_id,
        email=caller.email,
        scopes=list(caller.scopes),
        max_concurrent=caller.max_concurrent_bots,
        max_concurrent_bots=caller.max_concurrent_bots,
    )


def token_request(
    body: TokenRequest | None = None,
    scope: Annotated[
        str | None, Query(max_length=100, description="one scope, or several with commas")
    ] = None,
    scopes: Annotated[str | None, Query(max_length=100, description="the same as `scope`")] = None,
    name: Annotated[str | None, Query(max_length=255)] = None,
    expires_in: Annotated[int | None, Query(description="seconds")] = None,
) -> TokenRequest:
    """Merge body and query; what the body says wins.

    Raises:
        InvalidInput: an unknown scope, or an `expires_in` out of range.
    """
    given = body or TokenRequest()
    listed = [part.strip() for part in (scopes or scope or "").split(",") if part.strip()]
    try:
        return TokenRequest.model_validate(
            {
                "scopes": given.scopes if given.scopes is not None else listed or None,
                "name": given.name if given.name is not None else name,
                "expires_in": given.expires_in if given.expires_in is not None else expires_in,
            }
        )
    except ValidationError as exc:
        field = str(exc.errors()[0]["loc"][0])
        known = ", ".join(Scope)
        raise InvalidInput(
            f"{field}: {exc.errors()[0]['msg']} (scopes: {known}; expires_in: seconds, at least 1)",
            field=field,
        ) from exc


@router.post("/users/{user_id}/tokens", status_code=status.HTTP_201_CREATED)
async def mint_token(
    user_id: Id, wanted: Annotated[TokenRequest, Depends(token_request)], database: DatabaseDep
) -> TokenResponse:
    """Give a user one more key, shown this once. Without scopes it may do everything."""
    now = utc_now()
    expires_at = None
    if wanted.expires_in is not None:
        expires_at = now + timedelta(seconds=wanted.expires_in)
    async with database.transaction() as session:
        if await users.by_id(session, user_id) is None:
            raise NotFound("User not found")
        minted = await users.mint_token(
            session,
            user_id,
            scopes=sorted({str(scope) for scope in wanted.scopes or ()}),
            name=wanted.name,
            expires_at=expires_at,
        )
    return TokenResponse(**users.to_token_info(minted.row).model_dump(), token=minted.api_key)


@router.get("/users/{user_id}/tokens")
async def list_tokens(user_id: Id, database: DatabaseDep) -> list[TokenInfo]:
    """List a user's tokens that are not revoked, without the keys themselves."""
    async with database.reading() as session:
        if await users.by_id(session, user_id) is None:
            raise NotFound("User not found")
        rows = await users.live_tokens(session, user_id)
    return [users.to_token_info(row) for row in rows]


@router.delete("/tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_token(token_id: Id, database: DatabaseDep) -> None:
    """Revoke a key; it is refused within a second, and its live feeds are closed."""
    async with database.transaction() as session:
        if not await users.revoke_token(session, token_id):
            raise NotFound("Token not found")
