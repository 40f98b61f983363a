"""Who is asking: a user by API key, a bot by MeetingToken, this server by its internal secret."""

from __future__ import annotations

import hmac
from typing import Annotated, cast

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyHeader

from vexa.bot_manager.parts import Parts
from vexa.contracts.api_keys import FOR_BOTS, InvalidKey, MissingKey, require
from vexa.contracts.errors import NotAllowed, NotAuthenticated
from vexa.contracts.meeting_token import MeetingClaims
from vexa.kit.meeting_tokens import verify_meeting_token
from vexa.storage.callers import find_caller, note_use
from vexa.storage.tables import UserRow, utc_now

_BEARER = "Bearer "
_KEY_HEADER = APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)


def parts_of(request: Request) -> Parts:
    """Return what the lifespan has opened."""
    return cast(Parts, request.app.state.parts)


PartsDep = Annotated[Parts, Depends(parts_of)]


async def current_user(
    parts: PartsDep, x_api_key: Annotated[str | None, Depends(_KEY_HEADER)] = None
) -> UserRow:
    """Return the user whose key this is.

    Raises:
        MissingKey, InvalidKey: no key, or one that is unknown, revoked or expired.
        InsufficientScope: the key is not for bots.
    """
    if not x_api_key:
        raise MissingKey("Missing API token (X-API-Key header)")
    now = utc_now()
    async with parts.database.transaction() as session:
        caller = await find_caller(session, x_api_key, now=now)
        if caller is None:
            raise InvalidKey
        require(caller.scopes, FOR_BOTS)
        await note_use(session, caller, now)
        return await session.get_one(UserRow, caller.user_id)


def current_bot(
    parts: PartsDep, authorization: Annotated[str | None, Header()] = None
) -> MeetingClaims:
    """Return what a bot's MeetingToken says.

    Raises:
        NotAuthenticated: no bearer token.
        NotAllowed: not a valid MeetingToken of this server.
    """
    if authorization is None or not authorization.startswith(_BEARER):
        raise NotAuthenticated("Missing meeting token")
    return verify_meeting_token(parts.settings.secret, authorization.removeprefix(_BEARER))


def internal_caller(
    parts: PartsDep, x_internal_secret: Annotated[str | None, Header()] = None
) -> None:
    """Let only programs of this installation pass.

    Raises:
        NotAllowed: the internal secret is missing or wrong.
    """
    given = (x_internal_secret or "").encode()
    if not hmac.compare_digest(given, parts.settings.secret.encode()):
        raise NotAllowed("Invalid internal secret")


UserDep = Annotated[UserRow, Depends(current_user)]
BotDep = Annotated[MeetingClaims, Depends(current_bot)]
InternalDep = Depends(internal_caller)
