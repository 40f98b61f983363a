"""HTTP side of the Teams pages: launcher, the two clients, sign-in, WebSockets."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, RedirectResponse

from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.media_socket import serve_sound
from vexa.simulator.page_files import POLICIES, add_files, html_page
from vexa.simulator.page_socket import UNKNOWN_MEETING, serve_page
from vexa.simulator.page_texts import texts_in
from vexa.simulator.teams.accounts import (
    SIGN_IN_PATH,
    SIGN_IN_URL,
    Who,
    add_return,
    by_the_sign_in_host,
    hand_on,
    who_is,
)
from vexa.simulator.teams.options import TeamsOptions
from vexa.simulator.teams.signalling import LONGEST_CHAT, handle, serve_frames, wire_of
from vexa.simulator.teams.texts import TEXTS

STATIC = Path(__file__).parent / "static"

FindMeeting = Callable[[str], LiveMeeting | None]


def _html(policy: str, config: dict[str, Any]) -> Response:
    return html_page(
        config,
        title="Microsoft Teams",
        policy=POLICIES[policy],
        root='<div id="app"></div>',
        script="/hashed-assets/teams.js",
        style="/hashed-assets/teams.css",
    )


def _plain_page(show: str, locale: str = "en", **more: Any) -> Response:
    texts = texts_in(TEXTS, locale, "curly")
    return _html("none", {"locale": locale, "texts": texts, "show": show, **more})


def _client_path(options: TeamsOptions, anon: str) -> str:
    """Address of the client that this session is given; the guests' only where it asks for it."""
    native_id = options.native_id
    may_be_known = options.session is not None and anon != "true"
    if options.client == "v2" or may_be_known:
        full = {"meetingjoin": "true", "anon": anon, "id": native_id}
        return f"/v2/?{urlencode(full)}#/meet/{native_id}"
    coords = {"conversationId": f"19:meeting_{native_id}@thread.v2", "messageId": "0"}
    packed = base64.urlsafe_b64encode(json.dumps(coords | {"id": native_id}).encode()).decode()
    query = {"agent": "web", "lightExperience": "true", "coords": packed, "id": native_id}
    query["anon"] = anon
    return f"/light-meetings/launch?{urlencode(query)}"


def _client_page(meeting: LiveMeeting, request: Request) -> Response:
    options = wire_of(meeting).options
    who = who_is(request, options)
    if who is Who.UNKNOWN:
        return by_the_sign_in_host(request, options)
    if who is Who.GUEST and not options.guests:
        return _plain_page("verify", options.locale)
    shown = options.model_dump(
        include={
            *("locale", "client", "splash_s", "devices_question", "sound_off", "started"),
            *("sign_in_by", "outlines", "call_object", "cameras", "pictures_menu"),
            *("captions_menu", "captcha", "unhooked", "tiles", "layout", "tone_microphone"),
        }
    )
    texts = texts_in(TEXTS, options.locale, options.apostrophe)
    config = {**shown, "texts": texts, "code": options.native_id, "sign_in_url": SIGN_IN_URL}
    config["account"] = options.account_name if who is Who.ACCOUNT else None
    return _html("strict" if options.client == "light" else "none", config)


def _shell_page(request: Request) -> Response:
    """The page around a client that is in a frame, beside a frame that means nothing."""
    source = escape(f"{request.url.path}?{request.url.query}&framed=1")
    style = "<style>body{margin:0}iframe{border:0;margin:40px 0 0 60px}</style>"
    frames = (
        '<iframe src="/hashed-assets/teams.css" width="10" height="10"></iframe>'
        f'<iframe src="{source}" style="width:90vw;height:88vh" allow="microphone"></iframe>'
    )
    page = f"<!DOCTYPE html><title>Microsoft Teams</title>{style}{frames}"
    return HTMLResponse(page)


def build_page_router(find_meeting: FindMeeting) -> APIRouter:
    """Make the routes that a browser sees under Teams' hosts."""
    router = APIRouter(include_in_schema=False)
    add_files(router, "/hashed-assets", STATIC)

    @router.get("/")
    async def landing() -> Response:
        return _plain_page("landing")

    @router.get(SIGN_IN_PATH)
    async def sign_in(request: Request, id: str = "") -> Response:
        meeting = find_meeting(id)
        session = wire_of(meeting).options.session if meeting else None
        return hand_on(request, session) or _plain_page("sign_in_page")

    @router.get("/meet/{native_id}")
    async def meet(native_id: str, anon: str = "") -> Response:
        meeting = find_meeting(native_id)
        if meeting is None:
            return _plain_page("not_found")
        options = wire_of(meeting).options
        if not options.launcher:
            return RedirectResponse(_client_path(options, anon))
        asked = {"url": f"/_#/meet/{native_id}", "type": "meet", "id": native_id, "anon": anon}
        query = urlencode(asked)
        return RedirectResponse(f"/dl/launcher/launcher.html?{query}")

    @router.get("/dl/launcher/launcher.html")
    async def launcher(id: str = "", anon: str = "") -> Response:
        meeting = find_meeting(id)
        if meeting is None:
            return _plain_page("not_found")
        options = wire_of(meeting).options
        return _plain_page("launcher", options.locale, target=_client_path(options, anon))

    _add_client(router, find_meeting)
    add_return(router)
    _add_sockets(router, find_meeting)
    return router


def _add_client(router: APIRouter, find_meeting: FindMeeting) -> None:
    @router.get("/light-meetings/launch")
    @router.get("/v2/")
    async def client(request: Request, id: str = "", framed: int = 0) -> Response:
        meeting = find_meeting(id)
        if meeting is None:
            return _plain_page("not_found")
        if wire_of(meeting).options.framed and not framed:
            return _shell_page(request)
        return _client_page(meeting, request)


def _add_sockets(router: APIRouter, find_meeting: FindMeeting) -> None:
    @router.websocket("/api/meeting/{native_id}")
    async def signal(socket: WebSocket, native_id: str) -> None:
        await serve_page(socket, find_meeting(native_id), handle, longest_chat=LONGEST_CHAT)

    @router.websocket("/media/{native_id}/{visitor_id}")
    async def media(socket: WebSocket, native_id: str, visitor_id: str) -> None:
        await serve_sound(socket, find_meeting(native_id), visitor_id)

    @router.websocket("/trouter/{native_id}/{visitor_id}")
    async def frames(socket: WebSocket, native_id: str, visitor_id: str) -> None:
        meeting = find_meeting(native_id)
        await socket.accept()
        if meeting is None:
            await socket.close(UNKNOWN_MEETING)
            return
        await serve_frames(socket, meeting, visitor_id)
