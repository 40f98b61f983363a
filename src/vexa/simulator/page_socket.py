"""The WebSocket between a page and its meeting: one JSON object a message, whatever the platform.

What every page says: `log` (a click or other act of its user), `leave`, `chat` (text), and
`pictures` (on) where it has a setting for them. What every page is told: `welcome`, `state`,
`effect`, `refused`. The rest is each platform's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.contracts.errors import RequestRefused
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.line import Line
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import VisitorState

#: WebSocket close code for an address without a meeting.
UNKNOWN_MEETING = 4404


class SocketPage:
    """Sends to one page in order, without making the sender wait.

    `line`: what it is sent by. A message that was sent while the line was whole is on its way.
    """

    def __init__(self, socket: WebSocket) -> None:
        self.line = Line()
        self._socket = socket
        self._queue: asyncio.Queue[tuple[dict[str, Any], bool]] = asyncio.Queue()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message soon."""
        self._queue.put_nowait((message, self.line.is_whole))

    async def write(self) -> None:
        """Write what is queued until the connection ends."""
        while True:
            message, is_on_its_way = await self._queue.get()
            if not is_on_its_way:
                await self.line.until_whole()
            try:
                await self._socket.send_json(message)
            except (WebSocketDisconnect, RuntimeError):
                return


#: `(meeting, page, visitor id, message)`: acts on a message of the platform's own; may raise
#: RequestRefused.
Handle = Callable[[LiveMeeting, SocketPage, str, dict[str, Any]], Awaitable[None]]


async def serve_page(
    socket: WebSocket, meeting: LiveMeeting | None, handle: Handle, *, longest_chat: int
) -> None:
    """Accept a page's connection and serve it until it ends; without a meeting, close it.

    A refused message is answered `refused`. Chat is cut after `longest_chat` characters.
    """
    await socket.accept()
    if meeting is None:
        await socket.close(UNKNOWN_MEETING)
        return
    page = SocketPage(socket)
    tasks = BackgroundTasks()
    tasks.spawn("page_writer", page.write())
    visitor_id = meeting.open_page(page).visitor_id
    page.line = line = meeting.line(visitor_id)
    try:
        while True:
            message = await socket.receive_json()
            await line.until_whole()
            try:
                if not _did_common(meeting, visitor_id, message, longest_chat):
                    await handle(meeting, page, visitor_id, message)
            except RequestRefused as exc:
                page.send({"type": "refused", "code": exc.code, "detail": exc.detail})
    except WebSocketDisconnect:
        # that too is told by the network
        await line.until_whole()
    finally:
        await tasks.aclose()
        await meeting.close_page(visitor_id)


def _did_common(
    meeting: LiveMeeting, visitor_id: str, message: dict[str, Any], longest_chat: int
) -> bool:
    match message.get("type"):
        case "log":
            _log_act(meeting, visitor_id, message)
        case "leave":
            meeting.put_out(visitor_id, VisitorState.LEFT)
        case "chat":
            device_id = meeting.caller(visitor_id).device_id
            meeting.say_in_chat(device_id, str(message.get("text", ""))[:longest_chat])
        case "pictures":
            meeting.want_pictures(visitor_id, bool(message.get("on")))
        case _:
            return False
    return True


def _log_act(meeting: LiveMeeting, visitor_id: str, message: dict[str, Any]) -> None:
    details = {k: v for k, v in message.items() if k not in {"type", "event"}}
    meeting.record(str(message.get("event")), visitor=visitor_id, **details)
