"""What a Zoom page and its meeting say to each other, besides what every page does.

From the page: `join` (name, passcode), `in_call`, `host_starts`, `tracks`, `answer` (sdp).
To the page: `passcode_wrong`, `wall`, `people`, `active`, `rwg` (for its Worker), `chat`, `offer`.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.page_socket import SocketPage
from vexa.simulator.zoom.wire import ZoomWire

LONGEST_CHAT = 1_024
#: The wall comes this long after the press of Join; and, inside, after the admission.
_WALL_AFTER_S = 0.6
_WALL_INSIDE_AFTER_S = 5.0


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
        case "join":
            await _join(meeting, page, visitor_id, message)
        case "in_call":
            wire.begin(visitor_id)
            if wire.options.wall == "inside":
                meeting.spawn("wall", _show_wall(meeting, visitor_id, _WALL_INSIDE_AFTER_S))
        case "host_starts":
            wire.is_started = True
        case "tracks":
            wire.own_tracks.begin(visitor_id)
        case "answer":
            await wire.own_tracks.take_answer(visitor_id, str(message.get("sdp", "")))


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
        await _show_wall(meeting, visitor_id, _WALL_AFTER_S)
    else:
        meeting.press_join(visitor_id, str(message.get("name", "")))


async def _show_wall(meeting: LiveMeeting, visitor_id: str, after_s: float) -> None:
    await asyncio.sleep(after_s)
    meeting.record("wall_shown", visitor=visitor_id)
    meeting.send(visitor_id, {"type": "wall"})
