"""The WebSocket between a page and its meeting: one JSON object a message.

From the page: `hello`, `log` (a click or other act of its user), `join`, `offer`, `leave`, `chat`.
To the page: `welcome`, `state`, `answer`, `speaking`, `effect`, `refused`.
"""

from __future__ import annotations

from typing import Any

from vexa.simulator.google_meet.wire import MeetWire
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import VisitorState
from vexa.simulator.page_socket import SocketPage, log_act


async def handle(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    """Act on one message of a page."""
    match message.get("type"):
        case "log":
            log_act(meeting, visitor_id, message)
        case "join":
            meeting.press_join(visitor_id, str(message.get("name", "")))
        case "offer":
            assert isinstance(meeting.wire, MeetWire)
            sdp = await meeting.wire.answer_offer(visitor_id, str(message.get("sdp", "")))
            page.send({"type": "answer", "sdp": sdp})
        case "leave":
            meeting.put_out(visitor_id, VisitorState.LEFT)
        case "chat":
            meeting.say_in_chat(
                meeting.caller(visitor_id).device_id, str(message.get("text", ""))[:500]
            )
