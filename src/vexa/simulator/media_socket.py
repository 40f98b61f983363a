"""The WebSockets by which pages get media, and send it, where they have no connection for it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from vexa.contracts.errors import RequestRefused
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.line import Line
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import Participant
from vexa.simulator.page_socket import UNKNOWN_MEETING
from vexa.simulator.sfu.camera import CameraTrack
from vexa.simulator.sfu.mix_receiver import MixReceiver
from vexa.simulator.sfu.talkers import LiveTalker

#: WebSocket close code for a page that is not in the call.
_NOT_IN_CALL = 4409


async def serve_sound(socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str) -> None:
    """Send a page its mix, in blocks of 20 ms, until its connection ends.

    What the page sends is its microphone's sound: int16[n], little-endian, mono, 48 kHz.
    """
    me = await _caller(socket, meeting, visitor_id)
    if meeting is None or me is None:
        return
    line = meeting.line(visitor_id)
    await line.until_whole()
    receiver = MixReceiver(visitor_id, me.stream_id)
    receivers = meeting.conference.receivers
    receivers[visitor_id] = receiver
    meeting.record("media_answered", visitor=visitor_id)
    try:
        sending = _send_sound(socket, receiver)
        await _serve_until_closed(socket, line, _microphone(meeting, me.stream_id), sending)
    finally:
        if receivers.get(visitor_id) is receiver:
            del receivers[visitor_id]


async def serve_pictures(socket: WebSocket, meeting: LiveMeeting | None, visitor_id: str) -> None:
    """Send a page the others' pictures until its connection ends: a camera's number, a frame."""
    if await _caller(socket, meeting, visitor_id) is None or meeting is None:
        return
    line = meeting.line(visitor_id)
    tracks = meeting.cameras(visitor_id).new_tracks()
    sending = (_send_picture(socket, line, number, track) for number, track in enumerate(tracks))
    await _serve_until_closed(socket, line, lambda _data: None, *sending)


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


def _microphone(meeting: LiveMeeting, stream_id: int) -> Callable[[bytes], None]:
    """Return what takes a page's own sound; its talker is there from the first of it on."""
    talkers: list[LiveTalker] = []

    def take(data: bytes) -> None:
        if not talkers:
            talkers.append(LiveTalker(stream_id))
            meeting.add_microphone(talkers[0])
        talkers[0].take(np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16))

    return take


async def _serve_until_closed(
    socket: WebSocket,
    line: Line,
    take: Callable[[bytes], None],
    *sending: Coroutine[Any, Any, None],
) -> None:
    """Send, and take what comes, as far as the page's network is there."""
    tasks = BackgroundTasks()
    for work in sending:
        tasks.spawn("media", work)
    try:
        while True:
            data = await socket.receive_bytes()
            if line.is_whole:
                take(data)
    except WebSocketDisconnect:
        return
    finally:
        await tasks.aclose()


async def _send_sound(socket: WebSocket, receiver: MixReceiver) -> None:
    while await _send(socket, await receiver.next_block()):
        pass


async def _send_picture(socket: WebSocket, line: Line, number: int, track: CameraTrack) -> None:
    while await _send(socket, bytes([number]) + bytes(await track.recv())):
        await line.until_whole()


async def _send(socket: WebSocket, data: bytes) -> bool:
    try:
        await socket.send_bytes(data)
    except (WebSocketDisconnect, RuntimeError):
        return False
    return True
