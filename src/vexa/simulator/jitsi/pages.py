"""HTTP side of the Jitsi pages: HTML with its policy, static files, WebSocket."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response, WebSocket
from fastapi.responses import FileResponse, HTMLResponse

from vexa.contracts.errors import NotFound
from vexa.simulator.jitsi.signalling import handle, wire_of
from vexa.simulator.jitsi.texts import page_texts
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.page_socket import serve_socket

STATIC = Path(__file__).parent / "static"
SIGN_IN_PATH = "/static/auth"
#: WebSocket close code for an address without a room.
UNKNOWN_MEETING = 4404

_POLICIES = {
    "strict": (
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; connect-src 'self'; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
        "require-trusted-types-for 'script'"
    ),
    "none": "",
}


def _html(policy: str, config: dict[str, Any]) -> Response:
    nonce = secrets.token_urlsafe(16)
    data = json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")
    body = (
        f'<!DOCTYPE html><html lang="{config["locale"]}"><head><meta charset="utf-8">'
        f"<title>{escape(config['title'])}</title>"
        '<link rel="stylesheet" href="/libs/jitsi.css">'
        f'<script type="application/json" id="config" nonce="{nonce}">{data}</script></head>'
        '<body><div id="react"></div>'
        f'<script type="module" nonce="{nonce}" src="/libs/jitsi.js"></script></body></html>'
    )
    headers = {"Cache-Control": "no-store"}
    if _POLICIES[policy]:
        headers["Content-Security-Policy"] = _POLICIES[policy].format(nonce=nonce)
    return HTMLResponse(body, headers=headers)


def _room_page(meeting: LiveMeeting) -> Response:
    options = wire_of(meeting).options
    shown = options.model_dump(
        include={
            *("locale", "access", "gate", "honours_config", "unsafe_room", "guest_landing"),
            *("stream_names", "end_page"),
        }
    )
    config = {
        **shown,
        "texts": page_texts(options.locale, options.apostrophe),
        "room": options.native_id,
        "has_password": options.password is not None,
        "title": f"{options.native_id} | Jitsi Meet",
    }
    return _html(options.csp, config)


def _plain_page(show: str) -> Response:
    config = {"locale": "en", "texts": page_texts("en", "curly"), "show": show}
    return _html("none", {**config, "title": "Jitsi Meet"})


def build_page_router(find_meeting: Callable[[str], LiveMeeting | None]) -> APIRouter:
    """Make the routes that a browser sees under meet.jit.si."""
    router = APIRouter(include_in_schema=False)

    @router.get("/libs/{name}")
    async def static(name: str) -> Response:
        path = STATIC / name
        if path.parent != STATIC or not path.is_file():
            raise NotFound(f"no file {name}")
        return FileResponse(path, headers={"Cache-Control": "no-store"})

    @router.get("/favicon.ico")
    async def icon() -> Response:
        return Response(status_code=204)

    @router.get("/")
    async def landing() -> Response:
        return _plain_page("landing")

    @router.get(SIGN_IN_PATH)
    async def sign_in() -> Response:
        return _plain_page("sign_in")

    @router.websocket("/xmpp-websocket/{room}")
    async def signal(socket: WebSocket, room: str) -> None:
        meeting = find_meeting(room)
        await socket.accept()
        if meeting is None:
            await socket.close(UNKNOWN_MEETING)
            return
        await serve_socket(socket, meeting, handle)

    @router.get("/{room}")
    async def room_page(room: str) -> Response:
        meeting = find_meeting(room.lower())
        return _plain_page("not_found") if meeting is None else _room_page(meeting)

    return router
