"""HTTP side of the pages: HTML with its policy, static files, roster calls, WebSocket."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse

from vexa.contracts.errors import NotFound
from vexa.simulator.google_meet.signalling import serve_page
from vexa.simulator.google_meet.texts import page_texts
from vexa.simulator.google_meet.wire import MeetWire
from vexa.simulator.live_meeting import LiveMeeting

STATIC = Path(__file__).parent / "static"
SYNC_PATH = "/$rpc/google.rtc.meetings.v1.MeetingSpaceService/SyncMeetingSpaceCollections"
VISITOR_HEADER = "x-goog-meet-visitor"
MEETING_HEADER = "x-goog-meet-code"
SIGN_IN_URL = "https://accounts.google.com/v3/signin/identifier"
#: WebSocket close code for an address without a meeting.
UNKNOWN_MEETING = 4404

#: Finds a running or ended meeting by code; None when there never was one.
FindMeeting = Callable[[str], LiveMeeting | None]

_POLICIES = {
    "google": (
        "script-src 'report-sample' 'nonce-{nonce}' 'unsafe-inline' 'strict-dynamic' https: http:; "
        "object-src 'none'; base-uri 'self'; worker-src 'self'; "
        "require-trusted-types-for 'script'"
    ),
    "strict": (
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; connect-src 'self'; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
        "require-trusted-types-for 'script'"
    ),
    "none": "",
}


def _html(title: str, policy: str, script: str, config: dict[str, Any]) -> Response:
    nonce = secrets.token_urlsafe(16)
    data = json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")
    body = (
        f'<!DOCTYPE html><html lang="{config["locale"]}"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/_/static/meet.css">'
        f'<script type="application/json" id="config" nonce="{nonce}">{data}</script></head>'
        f'<body><div id="root" jsname="root"></div>'
        f'<script type="module" nonce="{nonce}" src="/_/static/{script}"></script></body></html>'
    )
    headers = {"Cache-Control": "no-store", "Permissions-Policy": "camera=*, microphone=*"}
    if _POLICIES[policy]:
        headers["Content-Security-Policy"] = _POLICIES[policy].format(nonce=nonce)
    return HTMLResponse(body, headers=headers)


def _plain_page(kind: str) -> Response:
    texts = page_texts("en", "curly")
    return _html(texts[kind], "google", "plain.js", {"locale": "en", "texts": texts, "show": kind})


def _wire(meeting: LiveMeeting) -> MeetWire:
    assert isinstance(meeting.wire, MeetWire)
    return meeting.wire


def _meeting_page(meeting: LiveMeeting) -> Response:
    options = _wire(meeting).options
    config = {
        "locale": options.locale,
        "texts": page_texts(options.locale, options.apostrophe),
        "code": options.native_id,
        "access": options.access,
        "captcha": options.captcha,
        "interstitial": options.interstitial,
        "self_tile_delay_s": options.self_tile_delay_s,
        "toolbar_hides_after_s": options.toolbar_hides_after_s,
        "home_after_s": options.home_after_s,
        "sync_path": SYNC_PATH,
        "visitor_header": VISITOR_HEADER,
        "meeting_header": MEETING_HEADER,
    }
    return _html(f"Meet – {options.native_id}", options.csp, "meet.js", config)


def build_page_router(find_meeting: FindMeeting) -> APIRouter:
    """Make the routes that a browser sees under meet.google.com (and localhost)."""
    router = APIRouter(include_in_schema=False)
    _add_fixed_pages(router)
    _add_roster_and_signal(router, find_meeting)
    _add_meeting_pages(router, find_meeting)
    return router


def _add_fixed_pages(router: APIRouter) -> None:
    @router.get("/_/static/{name}")
    async def static(name: str) -> Response:
        path = STATIC / name
        if path.parent != STATIC or not path.is_file():
            raise NotFound(f"no file {name}")
        return FileResponse(path, headers={"Cache-Control": "no-store"})

    @router.get("/favicon.ico")
    async def icon() -> Response:
        return Response(status_code=204)

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
        return PlainTextResponse(_wire(meeting).sync(request.headers.get(VISITOR_HEADER, "")))

    @router.websocket("/_/signal/{code}")
    async def signal(socket: WebSocket, code: str) -> None:
        meeting = find_meeting(code)
        await socket.accept()
        if meeting is None:
            await socket.close(UNKNOWN_MEETING)
            return
        await serve_page(socket, meeting)


def _add_meeting_pages(router: APIRouter, find_meeting: FindMeeting) -> None:
    @router.get("/{code}")
    async def meeting_page(code: str) -> Response:
        meeting = find_meeting(code)
        if meeting is None:
            return _plain_page("not_found")
        if meeting.state.options.page == "sign_in":
            meeting.record("page_redirected", to="accounts.google.com")
            return RedirectResponse(SIGN_IN_URL)
        return _meeting_page(meeting)
