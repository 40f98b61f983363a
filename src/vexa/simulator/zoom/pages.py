"""HTTP side of the Zoom pages: HTML, static files, WebSockets."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, RedirectResponse

from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.media_socket import serve_pictures, serve_sound
from vexa.simulator.meetings_index import PlatformMeetings
from vexa.simulator.page_files import POLICIES, add_files, html_page
from vexa.simulator.page_socket import serve_page
from vexa.simulator.page_texts import texts_in
from vexa.simulator.zoom.signalling import LONGEST_CHAT, handle, wire_of
from vexa.simulator.zoom.texts import TEXTS

STATIC = Path(__file__).parent / "static"
SIGN_IN_PATH = "/signin"
#: Where the sign-in form goes; and the time that a person takes to fill it in, seconds.
SIGNED_IN_PATH = "/signin/done"
_SIGNS_IN_AFTER_S = 6.0
ACCOUNT_PATH = "/profile"
#: Cookie of an account's session.
SESSION = "_zm_ssid"

FindMeeting = Callable[[str], LiveMeeting | None]


def _html(config: dict[str, Any]) -> Response:
    return html_page(
        config,
        title=config["texts"][config.get("title", "title")],
        policy=POLICIES["none"],
        root='<div id="root"></div>',
        script="/static/zoom.js",
        style="/static/zoom.css",
    )


def _plain_page(show: str, **config: Any) -> Response:
    return _html({"locale": "en", "texts": texts_in(TEXTS, "en", "curly"), "show": show, **config})


def _is_signed_in(meeting: LiveMeeting, request: Request) -> bool:
    session = wire_of(meeting).options.session
    return session is not None and request.cookies.get(SESSION) == session


def _meeting_page(meeting: LiveMeeting, client: str, pwd: str, request: Request) -> Response:
    """The page of one client: `launch`, `react` or `classic`."""
    wire = wire_of(meeting)
    options = wire.options
    texts = texts_in(TEXTS, options.locale, options.apostrophe)
    plain = {"locale": options.locale, "texts": texts, "id": options.native_id}
    if wire.failing_loads > 0:
        wire.failing_loads -= 1
        meeting.record("load_failed")
        return _html({**plain, "show": "cannot_connect"})
    signed_in = _is_signed_in(meeting, request)
    if options.page == "sign_in" or not (options.guests or signed_in):
        meeting.record("page_redirected", to=SIGN_IN_PATH)
        return RedirectResponse(SIGN_IN_PATH)
    shown = options.model_dump(
        include={
            *("wall", "permission_dialogs", "cookie_banner", "terms", "audio_joins"),
            *("microphone_live", "footer_hides_after_s", "post_page_after_s"),
            *("cameras", "pictures_menu", "captcha", "plays", "tone_microphone"),
        }
    )
    is_spared = options.pwd is not None and pwd == options.pwd
    waits = "" if wire.is_started else options.started
    title = "error_title" if waits == "invalid_link" else "title"
    asks = {
        "asks_passcode": options.passcode is not None and not is_spared,
        "pwd": pwd,
        "account": options.account_name if signed_in else None,
    }
    return _html({**plain, **shown, **asks, "client": client, "waits": waits, "title": title})


def _shell_page(meeting: LiveMeeting, pwd: str) -> Response:
    """The app around the client, which is in a frame of the same origin."""
    source = f"/wc/{meeting.code}/join?{urlencode({'pwd': pwd, 'framed': 1})}"
    frame = f'<iframe id="webclient" class="pwa-webclient__iframe" src="{escape(source)}"></iframe>'
    style = (
        "<style>body{margin:0}iframe{border:0;margin:40px 0 0 60px;width:90vw;height:88vh}</style>"
    )
    return HTMLResponse(f"<!DOCTYPE html><title>Zoom</title>{style}{frame}")


def build_page_router(find_meeting: PlatformMeetings) -> APIRouter:
    """Make the routes that a browser sees under Zoom's hosts."""
    router = APIRouter(include_in_schema=False)
    _add_fixed_pages(router)
    _add_account_page(router, find_meeting)
    _add_sockets(router, find_meeting)

    def show(meeting_id: str, client: str, pwd: str, request: Request) -> Response:
        meeting = find_meeting(meeting_id)
        if meeting is None:
            return _plain_page("invalid")
        return _meeting_page(meeting, client, pwd, request)

    @router.get("/j/{meeting_id}")
    async def launch(request: Request, meeting_id: str, pwd: str = "") -> Response:
        return show(meeting_id, "launch", pwd, request)

    @router.get("/wc/join/{meeting_id}")
    async def classic(request: Request, meeting_id: str, pwd: str = "") -> Response:
        return show(meeting_id, "classic", pwd, request)

    @router.get("/wc/{meeting_id}/join")
    async def react(request: Request, meeting_id: str, pwd: str = "", framed: int = 0) -> Response:
        meeting = find_meeting(meeting_id)
        if meeting is not None and wire_of(meeting).options.shell and not framed:
            return _shell_page(meeting, pwd)
        return show(meeting_id, "react", pwd, request)

    return router


def _add_account_page(router: APIRouter, meetings: PlatformMeetings) -> None:
    @router.get(ACCOUNT_PATH)
    async def account(request: Request) -> Response:
        if any(_is_signed_in(meeting, request) for meeting in meetings.all()):
            return _plain_page("profile")
        return RedirectResponse(SIGN_IN_PATH)

    def new_session(request: Request) -> str | None:
        """The session that somebody at the browser signs in to, where somebody does."""
        ended = request.cookies.get(SESSION)
        options = [wire_of(meeting).options for meeting in meetings.all()]
        return next((one.session for one in options if ended and one.ended_session == ended), None)

    @router.get(SIGN_IN_PATH)
    async def sign_in(request: Request) -> Response:
        is_helped = new_session(request) is not None
        form = {"signs_in_after_s": _SIGNS_IN_AFTER_S, "form": SIGNED_IN_PATH}
        return _plain_page("sign_in", **(form if is_helped else {}))

    @router.get(SIGNED_IN_PATH)
    async def signed_in(request: Request) -> Response:
        session = new_session(request)
        if session is None:
            return RedirectResponse(SIGN_IN_PATH)
        # not to where the browser came from
        answer = RedirectResponse("/")
        answer.set_cookie(SESSION, session, domain="zoom.us", secure=True, httponly=True)
        return answer


def _add_fixed_pages(router: APIRouter) -> None:
    add_files(router, "/static", STATIC)

    @router.get("/")
    async def landing() -> Response:
        return _plain_page("title")

    @router.get("/postattendee")
    async def post() -> Response:
        return _plain_page("post")


def _add_sockets(router: APIRouter, find_meeting: FindMeeting) -> None:
    @router.websocket("/wc/{meeting_id}/signal")
    async def signal(socket: WebSocket, meeting_id: str) -> None:
        await serve_page(socket, find_meeting(meeting_id), handle, longest_chat=LONGEST_CHAT)

    @router.websocket("/wc/{meeting_id}/media/{visitor_id}")
    async def media(socket: WebSocket, meeting_id: str, visitor_id: str) -> None:
        await serve_sound(socket, find_meeting(meeting_id), visitor_id)

    @router.websocket("/wc/{meeting_id}/video/{visitor_id}")
    async def video(socket: WebSocket, meeting_id: str, visitor_id: str) -> None:
        await serve_pictures(socket, find_meeting(meeting_id), visitor_id)
