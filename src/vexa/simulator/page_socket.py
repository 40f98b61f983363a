"""The WebSocket between a page and its meeting: one JSON object a message, whatever the platform.

What every page says: `log` (a click or other act of its user). What every page is told: `welcome`,
`state`, `effect`, `refused`. The rest is each platform's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.contracts.errors import RequestRefused
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.live_meeting import LiveMeeting

#: WebSocket close code for an address without a meeting.
UNKNOWN_MEETING = 4404


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


#: `(meeting, page, visitor id, message)`: acts on one message; may raise RequestRefused.
Handle = Callable[[LiveMeeting, SocketPage, str, dict[str, Any]], Awaitable[None]]


async def serve_page(socket: WebSocket, meeting: LiveMeeting | None, handle: Handle) -> None:
    """Accept a page's connection and serve it; without a meeting, close it."""
    await socket.accept()
    if meeting is None:
        await socket.close(UNKNOWN_MEETING)
        return
    await serve_socket(socket, meeting, handle)


async def serve_socket(socket: WebSocket, meeting: LiveMeeting, handle: Handle) -> None:
    """Serve one page until its connection ends. A refused message is answered `refused`."""
    page = SocketPage(socket)
    tasks = BackgroundTasks()
    tasks.spawn("page_writer", page.write())
    visitor_id = meeting.open_page(page).visitor_id
    try:
        while True:
            message = await socket.receive_json()
            try:
                await handle(meeting, page, visitor_id, message)
            except RequestRefused as exc:
                page.send({"type": "refused", "code": exc.code, "detail": exc.detail})
    except WebSocketDisconnect:
        pass
    finally:
        await tasks.aclose()
        await meeting.close_page(visitor_id)


def log_act(meeting: LiveMeeting, visitor_id: str, message: dict[str, Any]) -> None:
    """Write down a `log` message: what a page's user did."""
    details = {k: v for k, v in message.items() if k not in {"type", "event"}}
    meeting.record(str(message.get("event")), visitor=visitor_id, **details)
