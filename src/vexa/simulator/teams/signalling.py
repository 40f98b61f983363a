"""What a Teams page and its meeting say to each other, besides what every page does.

From the page: `join` (name), `people`, `offer`, `captions` (on).
To the page: `people`, `answer`, `speaking`, `caption`, `chat`; and frames on a second socket.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.line import Line
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.page_socket import SocketPage
from vexa.simulator.teams.wire import TeamsWire

LONGEST_CHAT = 4_000


def wire_of(meeting: LiveMeeting) -> TeamsWire:
    """Return a Teams meeting's own half."""
    assert isinstance(meeting.wire, TeamsWire)
    return meeting.wire


async def handle(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    """Act on one message of a page."""
    wire = wire_of(meeting)
    match message.get("type"):
        case "join":
            meeting.press_join(visitor_id, str(message.get("name", "")))
        case "people":
            wire.send_people(visitor_id)
        case "captions":
            wire.want_captions(visitor_id, bool(message.get("on")))
        case "offer":
            sdp = await wire.answer_offer(visitor_id, str(message.get("sdp", "")))
            page.send({"type": "answer", "sdp": sdp})


async def serve_frames(socket: WebSocket, meeting: LiveMeeting, visitor_id: str) -> None:
    """Write a page's frames until its connection ends."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait("1::")
    wire = wire_of(meeting)
    wire.take_signals(visitor_id, queue.put_nowait)
    tasks = BackgroundTasks()
    tasks.spawn("frames", _write(socket, queue, meeting.line(visitor_id)))
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        wire.drop_signals(visitor_id)
        await tasks.aclose()


async def _write(socket: WebSocket, queue: asyncio.Queue[str], line: Line) -> None:
    while True:
        frame = await queue.get()
        await line.until_whole()
        try:
            await socket.send_text(frame)
        except (WebSocketDisconnect, RuntimeError):
            return
