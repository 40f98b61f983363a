"""What a Zoom page and its meeting say to each other, besides what every page does.

From the page: `join` (name, passcode), `in_call`, `pictures` (on), `leave`, `chat`, `host_starts`.
To the page: `passcode_wrong`, `wall`, `people`, `active`, `rwg` (for its Worker), `chat`.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Coroutine
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.contracts.errors import RequestRefused
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import VisitorState
from vexa.simulator.page_socket import UNKNOWN_MEETING, SocketPage, log_act
from vexa.simulator.sfu.camera import CameraTrack
from vexa.simulator.zoom.mix_receiver import MixReceiver
from vexa.simulator.zoom.wire import ZoomWire

_LONGEST_CHAT = 1_024
#: The wall comes this long after the press of Join.
_WALL_AFTER_S = 0.6
#: WebSocket close code for a page that is not in the call.
_NOT_IN_CALL = 4409


def wire_of(meeting: LiveMeeting) -> ZoomWire:
    """Return a Zoom meeting's own half."""
    assert isinstance(meeting.wire, ZoomWire)
    return meeting.wire


async def handle(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    """Act on one message of a page."""
    wire = wire_of(meeting)
    match message.get("type"):
        case "log":
            log_act(meeting, visitor_id, message)
        case "join":
            await _join(meeting, page, visitor_id, message)
        case "in_call":
            wire.begin(visitor_id)
        case "leave":
            meeting.put_out(visitor_id, VisitorState.LEFT)
        case "chat":
            device_id = meeting.caller(visitor_id).device_id
            meeting.say_in_chat(device_id, str(message.get("text", ""))[:_LONGEST_CHAT])
        case "pictures":
            meeting.want_pictures(visitor_id, bool(message.get("on")))
        case "host_starts":
            wire.is_started = True


async def _join(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    options = wire_of(meeting).options
    given, wanted = str(message.get("passcode") or ""), options.passcode
    is_spared = options.pwd is not None and message.get("pwd") == options.pwd
    if wanted is not None and not is_spared and not hmac.compare_digest(wanted, given):
        meeting.record("passcode_wrong", visitor=visitor_id)
        page.send({"type": "passcode_wrong"})
    elif options.wall == "after_join":
        await asyncio.sleep(_WALL_AFTER_S)
        meeting.record("wall_shown", visitor=visitor_id)
        page.send({"type": "wall"})
    else:
        meeting.press_join(visitor_id, str(message.get("name", "")))


async def serve_sound(socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str) -> None:
    """Send a page its mix until its connection ends."""
    await socket.accept()
    if meeting is None:
        await socket.close(UNKNOWN_MEETING)
        return
    wire = wire_of(meeting)
    try:
        receiver = wire.open_sound(visitor_id)
    except RequestRefused:
        await socket.close(_NOT_IN_CALL)
        return
    try:
        await _send_until_closed(socket, _send_sound(socket, receiver))
    finally:
        wire.close_sound(receiver)


async def serve_pictures(socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str) -> None:
    """Send a page the others' pictures until its connection ends: a camera's number, a frame."""
    await socket.accept()
    if meeting is None:
        await socket.close(UNKNOWN_MEETING)
        return
    try:
        meeting.caller(visitor_id)
    except RequestRefused:
        await socket.close(_NOT_IN_CALL)
        return
    tracks = meeting.cameras(visitor_id).new_tracks()
    sending = (_send_picture(socket, number, track) for number, track in enumerate(tracks))
    await _send_until_closed(socket, *sending)


async def _send_until_closed(socket: WebSocket, *sending: Coroutine[Any, Any, None]) -> None:
    tasks = BackgroundTasks()
    for work in sending:
        tasks.spawn("media", work)
    try:
        # a page says nothing here; only the end of its connection is of interest
        while True:
            await socket.receive_bytes()
    except WebSocketDisconnect:
        return
    finally:
        await tasks.aclose()


async def _send_sound(socket: WebSocket, receiver: MixReceiver) -> None:
    while True:
        block = await receiver.next_block()
        if not await _send(socket, block):
            return


async def _send_picture(socket: WebSocket, number: int, track: CameraTrack) -> None:
    while await _send(socket, bytes([number]) + bytes(await track.recv())):
        pass


async def _send(socket: WebSocket, data: bytes) -> bool:
    try:
        await socket.send_bytes(data)
    except (WebSocketDisconnect, RuntimeError):
        return False
    return True
