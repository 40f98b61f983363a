"""Who a page of Teams belongs to, as its browser's cookies say, and the way by the sign-in host.

A session is a cookie of the sign-in host. Teams sends a browser there that it does not know, and
gets it back at once: with a token, which becomes a cookie of its own, or as a guest. A session that
has ended comes back only when somebody signs in.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from vexa.simulator.teams.options import TeamsOptions

SIGN_IN_HOST = "login.microsoftonline.com"
SIGN_IN_PATH = "/common/oauth2/authorize"
SIGN_IN_URL = f"https://{SIGN_IN_HOST}{SIGN_IN_PATH}"
#: Cookie of a session, and the part of it that is renewed with each use.
SESSION, RENEWED = "ESTSAUTHPERSISTENT", "ESTSAUTH"
#: Teams' own cookie, with which a browser need not go by the sign-in host again.
TOKEN = "authtoken"
_BACK_PATH = "/auth/back"
#: How long a renewed part of a session lasts: any time longer than a test.
_RENEWED_FOR_S = 86_400


class Who(StrEnum):
    """Whose browser it is."""

    UNKNOWN = "unknown"
    GUEST = "guest"
    ACCOUNT = "account"


def who_is(request: Request, options: TeamsOptions) -> Who:
    """Tell whose browser asks for a client page."""
    query = request.query_params
    if options.session is None or query.get("anon") == "true" or "error" in query:
        return Who.GUEST
    return Who.ACCOUNT if request.cookies.get(TOKEN) == options.session else Who.UNKNOWN


def by_the_sign_in_host(request: Request, options: TeamsOptions) -> Response:
    """Send an unknown browser to prove itself, and back."""
    back = {"host": request.url.hostname or "", "id": options.native_id}
    return RedirectResponse(f"{SIGN_IN_URL}?{urlencode({'prompt': 'none', **back})}")


def hand_on(request: Request, session: str | None) -> Response | None:
    """Answer at the sign-in host; None where it has to show its form.

    Args:
        request: of a browser that Teams sent.
        session: what the meeting's account has now.
    """
    shown = request.cookies.get(SESSION)
    host, native_id = (request.query_params.get(key, "") for key in ("host", "id"))
    if not host or (shown is not None and shown != session):
        return None
    told = {"error": "login_required"} if shown is None else {"code": shown}
    query = urlencode({"id": native_id, **told})
    response = RedirectResponse(f"https://{host}{_BACK_PATH}?{query}")
    if shown is not None:
        response.set_cookie(
            RENEWED,
            secrets.token_urlsafe(16),
            max_age=_RENEWED_FOR_S,
            domain=f".{SIGN_IN_HOST}",
            secure=True,
            httponly=True,
            samesite="none",
        )
    return response


def add_return(router: APIRouter) -> None:
    """Serve the address at which a browser comes back to Teams."""

    @router.get(_BACK_PATH)
    async def back(id: str = "", code: str = "", error: str = "") -> Response:
        asked = {"meetingjoin": "true", "id": id, **({"error": error} if error else {})}
        response = RedirectResponse(f"/v2/?{urlencode(asked)}#/meet/{id}")
        if code:
            response.set_cookie(TOKEN, code, secure=True, httponly=True, samesite="none")
        return response
