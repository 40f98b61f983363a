"""The admin token, under either of its header names."""

from __future__ import annotations

import hmac
from typing import Annotated, cast

from fastapi import Depends, Header, Request

from vexa.admin_api.settings import AdminApiSettings
from vexa.contracts.errors import NotAllowed, VexaError


class AdminNotConfigured(VexaError):
    """Admin authentication is not configured on the server."""

    code = "admin_not_configured"
    http_status = 500


def settings_of(request: Request) -> AdminApiSettings:
    """Return the settings that the app was made with."""
    return cast(AdminApiSettings, request.app.state.settings)


SettingsDep = Annotated[AdminApiSettings, Depends(settings_of)]


def admin_only(
    settings: SettingsDep,
    x_admin_api_key: Annotated[str | None, Header()] = None,
    x_admin_token: Annotated[str | None, Header()] = None,
) -> None:
    """Let only the holder of the admin token pass; compared in constant time.

    Raises:
        AdminNotConfigured: the server has no admin token.
        NotAllowed: the token is missing or wrong.
    """
    if settings.admin_api_token is None:
        raise AdminNotConfigured
    expected = settings.admin_api_token.get_secret_value().encode()
    given = (x_admin_api_key or x_admin_token or "").encode()
    if not hmac.compare_digest(given, expected):
        raise NotAllowed("Invalid or missing admin token.")
