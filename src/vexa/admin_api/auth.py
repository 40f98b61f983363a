"""The admin token, under either of its header names; the read-only one; and a user's own key."""

from __future__ import annotations

import hmac
from typing import Annotated, cast

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyHeader
from pydantic import SecretStr

from vexa.admin_api.settings import AdminApiSettings
from vexa.contracts.api_keys import ALL_SCOPES
from vexa.contracts.errors import NotAllowed, VexaError
from vexa.storage.callers import Caller, Callers
from vexa.storage.database import Database

_ADMIN_HEADER = APIKeyHeader(name="X-Admin-API-Key", scheme_name="AdminToken", auto_error=False)
_KEY_HEADER = APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)
#: What the read-only token may ask with.
_READING = frozenset({"GET", "HEAD"})


class AdminNotConfigured(VexaError):
    """Admin authentication is not configured on the server."""

    code = "admin_not_configured"
    http_status = 500


class InvalidAdminToken(NotAllowed):
    """Invalid or missing admin token."""

    code = "invalid_admin_token"


class ReadOnlyToken(NotAllowed):
    """This admin token may only read: GET."""

    code = "read_only_token"


def settings_of(request: Request) -> AdminApiSettings:
    """Return the settings that the app was made with."""
    return cast(AdminApiSettings, request.app.state.settings)


def database_of(request: Request) -> Database:
    """Return the database that the lifespan has opened."""
    return cast(Database, request.app.state.database)


SettingsDep = Annotated[AdminApiSettings, Depends(settings_of)]
DatabaseDep = Annotated[Database, Depends(database_of)]


def admin_only(
    request: Request,
    settings: SettingsDep,
    x_admin_api_key: Annotated[str | None, Depends(_ADMIN_HEADER)] = None,
    x_admin_token: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Let only the holder of an admin token pass; compared in constant time.

    Raises:
        AdminNotConfigured: the server has no admin token.
        InvalidAdminToken: the token is missing or wrong.
        ReadOnlyToken: the analytics token, for a request that writes.
    """
    if settings.admin_api_token is None:
        raise AdminNotConfigured
    given = x_admin_api_key or x_admin_token or ""
    if _is_same(given, settings.admin_api_token):
        return
    if settings.analytics_api_token is None or not _is_same(given, settings.analytics_api_token):
        raise InvalidAdminToken
    if request.method not in _READING:
        raise ReadOnlyToken


def _is_same(given: str, expected: SecretStr) -> bool:
    return hmac.compare_digest(given.encode(), expected.get_secret_value().encode())


async def current_caller(
    database: DatabaseDep, x_api_key: Annotated[str | None, Depends(_KEY_HEADER)] = None
) -> Caller:
    """Return whose API key this is, whatever it may do.

    Raises:
        MissingKey, InvalidKey: no key, or one that is unknown, revoked or expired.
    """
    return await Callers(database).identify(x_api_key, ALL_SCOPES)


CallerDep = Annotated[Caller, Depends(current_caller)]
