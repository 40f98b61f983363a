"""The WebSocket between a page and its meeting: one JSON object a message.

From the page: `hello`, `log` (a click or other act of its user), `join`, `offer`, `leave`, `chat`.
To the page: `welcome`, `state`, `answer`, `speaking`, `effect`, `refused`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.contracts.errors import RequestRefused
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import VisitorState


class SocketPage:
    """Sends to one page in order, without making the sender wait."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message soon."""
        self._queue.put_nowait(message)

    async def write(self) -> None:
        """Write what is queued until the connection ends."""
        while True:
            message = await self._queue.get()
            try:
                await self._socket.send_json(message)
            except (WebSocketDisconnect, RuntimeError):
                return


async def serve_page(socket: WebSocket, meeting: LiveMeeting) -> None:
    """Serve one page until its connection ends."""
    page = SocketPage(socket)
    tasks = BackgroundTasks()
    tasks.spawn("page_writer", page.write())
    visitor_id = meeting.open_page(page).visitor_id
    try:
        while True:
            message = await socket.receive_json()
            try:
                await _handle(meeting, page, visitor_id, message)
            except RequestRefused as exc:
                page.send({"type": "refused", "code": exc.code, "detail": exc.detail})
    except WebSocketDisconnect:
        pass
    finally:
        await tasks.aclose()
        await meeting.close_page(visitor_id)


async def _handle(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    match message.get("type"):
        case "log":
            details = {k: v for k, v in message.items() if k not in {"type", "event"}}
            meeting.record(str(message.get("event")), visitor=visitor_id, **details)
        case "join":
            meeting.press_join(visitor_id, str(message.get("name", "")))
        case "offer":
            sdp = await meeting.answer_offer(visitor_id, str(message.get("sdp", "")))
            page.send({"type": "answer", "sdp": sdp})
        case "leave":
            meeting.put_out(visitor_id, VisitorState.LEFT)
        case "chat":
            visitor = meeting.state.visitor(visitor_id)
            if visitor.participant_id is not None:
                device_id = meeting.state.participant(visitor.participant_id).device_id
                meeting.say_in_chat(device_id, str(message.get("text", ""))[:500])
