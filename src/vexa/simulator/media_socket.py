"""The WebSockets by which pages get media where they have no receiver for it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.contracts.errors import RequestRefused
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import Participant
from vexa.simulator.page_socket import UNKNOWN_MEETING
from vexa.simulator.sfu.camera import CameraTrack
from vexa.simulator.sfu.mix_receiver import MixReceiver

#: WebSocket close code for a page that is not in the call.
_NOT_IN_CALL = 4409


async def serve_sound(socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str) -> None:
    """Send a page its mix, in blocks of 20 ms, until its connection ends."""
    me = await _caller(socket, meeting, visitor_id)
    if meeting is None or me is None:
        return
    receiver = MixReceiver(visitor_id, me.stream_id)
    receivers = meeting.conference.receivers
    receivers[visitor_id] = receiver
    meeting.record("media_answered", visitor=visitor_id)
    try:
        await _send_until_closed(socket, _send_sound(socket, receiver))
    finally:
        if receivers.get(visitor_id) is receiver:
            del receivers[visitor_id]


async def serve_pictures(socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str) -> None:
    """Send a page the others' pictures until its connection ends: a camera's number, a frame."""
    if await _caller(socket, meeting, visitor_id) is None or meeting is None:
        return
    tracks = meeting.cameras(visitor_id).new_tracks()
    sending = (_send_picture(socket, number, track) for number, track in enumerate(tracks))
    await _send_until_closed(socket, *sending)


async def _caller(
    socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str
) -> Participant | None:
    await socket.accept()
    if meeting is None:
        await socket.close(UNKNOWN_MEETING)
        return None
    try:
        return meeting.caller(visitor_id)
    except RequestRefused:
        await socket.close(_NOT_IN_CALL)
        return None


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
    while await _send(socket, await receiver.next_block()):
        pass


async def _send_picture(socket: WebSocket, number: int, track: CameraTrack) -> None:
    while await _send(socket, bytes([number]) + bytes(await track.recv())):
        pass


async def _send(socket: WebSocket, data: bytes) -> bool:
    try:
        await socket.send_bytes(data)
    except (WebSocketDisconnect, RuntimeError):
        return False
    return True
