"""HTTP side of the Jitsi pages: HTML with its policy, static files, WebSocket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response, WebSocket

from vexa.simulator.jitsi.signalling import LONGEST_CHAT, handle, wire_of
from vexa.simulator.jitsi.texts import TEXTS
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.page_files import POLICIES, add_files, html_page
from vexa.simulator.page_socket import serve_page
from vexa.simulator.page_texts import texts_in

STATIC = Path(__file__).parent / "static"
SIGN_IN_PATH = "/static/auth"


def _html(policy: str, config: dict[str, Any]) -> Response:
    return html_page(
        config,
        title=config["title"],
        policy=POLICIES[policy],
        root='<div id="react"></div>',
        script="/libs/jitsi.js",
        style="/libs/jitsi.css",
    )


def _room_page(meeting: LiveMeeting) -> Response:
    options = wire_of(meeting).options
    shown = options.model_dump(
        include={
            *("locale", "access", "gate", "honours_config", "unsafe_room", "guest_landing"),
            *("stream_names", "end_page", "tone_microphone"),
        }
    )
    config = {
        **shown,
        "texts": texts_in(TEXTS, options.locale, options.apostrophe),
        "room": options.native_id,
        "has_password": options.password is not None,
        "title": f"{options.native_id} | Jitsi Meet",
    }
    return _html(options.csp, config)


def _plain_page(show: str) -> Response:
    config = {"locale": "en", "texts": texts_in(TEXTS, "en", "curly"), "show": show}
    return _html("none", {**config, "title": "Jitsi Meet"})


def build_page_router(find_meeting: Callable[[str], LiveMeeting | None]) -> APIRouter:
    """Make the routes that a browser sees under meet.jit.si."""
    router = APIRouter(include_in_schema=False)

    add_files(router, "/libs", STATIC)

    @router.get("/")
    async def landing() -> Response:
        return _plain_page("landing")

    @router.get(SIGN_IN_PATH)
    async def sign_in() -> Response:
        return _plain_page("sign_in")

    @router.websocket("/xmpp-websocket/{room}")
    async def signal(socket: WebSocket, room: str) -> None:
        await serve_page(socket, find_meeting(room), handle, longest_chat=LONGEST_CHAT)

    @router.get("/{room}")
    async def room_page(room: str) -> Response:
        meeting = find_meeting(room.lower())
        return _plain_page("not_found") if meeting is None else _room_page(meeting)

    return router
