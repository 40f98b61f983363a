"""HTTP side of the pages: HTML with its policy, static files, roster calls, WebSocket."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from vexa.contracts.errors import NotFound
from vexa.simulator.google_meet.signalling import LONGEST_CHAT, handle
from vexa.simulator.google_meet.texts import TEXTS
from vexa.simulator.google_meet.wire import MeetWire
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.media_socket import serve_sound
from vexa.simulator.page_files import POLICIES, add_files, html_page
from vexa.simulator.page_socket import serve_page
from vexa.simulator.page_texts import texts_in

STATIC = Path(__file__).parent / "static"
SYNC_PATH = "/$rpc/google.rtc.meetings.v1.MeetingSpaceService/SyncMeetingSpaceCollections"
VISITOR_HEADER = "x-goog-meet-visitor"
MEETING_HEADER = "x-goog-meet-code"
SIGN_IN_URL = "https://accounts.google.com/v3/signin/identifier"

#: How long a renewed part of a session lasts: any time longer than a test.
_RENEWED_FOR_S = 86_400

#: Finds a running or ended meeting by code; None when there never was one.
FindMeeting = Callable[[str], LiveMeeting | None]

_POLICIES = {
    "google": (
        "script-src 'report-sample' 'nonce-{nonce}' 'unsafe-inline' 'strict-dynamic' https: http:; "
        "object-src 'none'; base-uri 'self'; worker-src 'self'; "
        "require-trusted-types-for 'script'"
    ),
    **POLICIES,
}


def _html(title: str, policy: str, script: str, config: dict[str, Any]) -> Response:
    return html_page(
        config,
        title=title,
        policy=_POLICIES[policy],
        root='<div id="root" jsname="root"></div>',
        script=f"/_/static/{script}",
        style="/_/static/meet.css",
        headers={"Permissions-Policy": "camera=*, microphone=*"},
    )


def _plain_page(kind: str) -> Response:
    texts = texts_in(TEXTS, "en", "curly")
    return _html(texts[kind], "google", "plain.js", {"locale": "en", "texts": texts, "show": kind})


def _wire(meeting: LiveMeeting) -> MeetWire:
    assert isinstance(meeting.wire, MeetWire)
    return meeting.wire


def _meeting_page(meeting: LiveMeeting, *, signed_in: bool) -> Response:
    options = _wire(meeting).options
    config = {
        "locale": options.locale,
        "texts": texts_in(TEXTS, options.locale, options.apostrophe),
        "code": options.native_id,
        "access": options.access,
        "account": options.account_name if signed_in else None,
        "captcha": options.captcha,
        "interstitial": options.interstitial,
        "cameras": options.cameras,
        "neteq": options.neteq,
        "neteq_always": options.neteq_always,
        "unhooked": options.unhooked,
        "leave_button": options.leave_button,
        "tone_microphone": options.tone_microphone,
        "self_tile_delay_s": options.self_tile_delay_s,
        "self_tile_drops_every_s": options.self_tile_drops_every_s,
        "toolbar_hides_after_s": options.toolbar_hides_after_s,
        "home_after_s": options.home_after_s,
        "sync_path": SYNC_PATH,
        "visitor_header": VISITOR_HEADER,
        "meeting_header": MEETING_HEADER,
    }
    return _html(f"Meet – {options.native_id}", options.csp, "meet.js", config)


def _renew(response: Response) -> None:
    """Renew a part of the session, as Google does all the time."""
    response.set_cookie(
        "__Secure-1PSIDTS",
        secrets.token_hex(8),
        max_age=_RENEWED_FOR_S,
        domain=".google.com",
        secure=True,
        httponly=True,
        samesite="none",
    )


def build_page_router(find_meeting: FindMeeting) -> APIRouter:
    """Make the routes that a browser sees under meet.google.com (and localhost)."""
    router = APIRouter(include_in_schema=False)
    _add_fixed_pages(router)
    _add_roster_and_signal(router, find_meeting)
    _add_meeting_pages(router, find_meeting)
    return router


def _add_fixed_pages(router: APIRouter) -> None:
    add_files(router, "/_/static", STATIC)

    @router.get("/recaptcha/{rest:path}")
    async def captcha_frame(rest: str) -> Response:
        return HTMLResponse("<!DOCTYPE html><title>reCAPTCHA</title>")

    @router.get("/v3/signin/identifier")
    async def sign_in() -> Response:
        return _plain_page("sign_in")

    @router.get("/")
    async def landing() -> Response:
        return _plain_page("landing")


def _add_roster_and_signal(router: APIRouter, find_meeting: FindMeeting) -> None:
    @router.post(SYNC_PATH)
    async def sync(request: Request) -> Response:
        meeting = find_meeting(request.headers.get(MEETING_HEADER, ""))
        if meeting is None:
            raise NotFound("no such meeting")
        visitor = meeting.state.visitor(request.headers.get(VISITOR_HEADER, ""))
        await meeting.line(visitor.visitor_id).until_whole()
        return PlainTextResponse(_wire(meeting).sync(visitor.visitor_id))

    @router.websocket("/_/signal/{code}")
    async def signal(socket: WebSocket, code: str) -> None:
        await serve_page(socket, find_meeting(code), handle, longest_chat=LONGEST_CHAT)

    @router.websocket("/_/media/{code}/{visitor_id}")
    async def media(socket: WebSocket, code: str, visitor_id: str) -> None:
        await serve_sound(socket, find_meeting(code), visitor_id)


def _add_meeting_pages(router: APIRouter, find_meeting: FindMeeting) -> None:
    @router.get("/{code}")
    async def meeting_page(code: str, request: Request) -> Response:
        meeting = find_meeting(code)
        if meeting is None:
            return _plain_page("not_found")
        options = _wire(meeting).options
        signed_in = options.session is not None and request.cookies.get("SID") == options.session
        if options.page == "sign_in" or not (options.guests or signed_in):
            meeting.record("page_redirected", to="accounts.google.com")
            return RedirectResponse(SIGN_IN_URL)
        response = _meeting_page(meeting, signed_in=signed_in)
        if signed_in:
            _renew(response)
        return response
