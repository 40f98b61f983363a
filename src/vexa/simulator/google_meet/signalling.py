"""What a Meet page and its meeting say to each other, besides what every page does.

From the page: `join` (name, of_display), `offer`. To the page: `answer`, `speaking`.
"""

from __future__ import annotations

from typing import Any

from vexa.simulator.google_meet.wire import MeetWire
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.page_socket import SocketPage

#: Meet's own limit for a message, characters.
LONGEST_CHAT = 500


async def handle(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    """Act on one message of a page."""
    match message.get("type"):
        case "join":
            assert isinstance(meeting.wire, MeetWire)
            is_refused = meeting.wire.options.wants_pointer and not message.get("of_display")
            name = str(message.get("name", ""))
            meeting.press_join(visitor_id, name, is_refused=is_refused)
        case "offer":
            assert isinstance(meeting.wire, MeetWire)
            sdp = await meeting.wire.answer_offer(visitor_id, str(message.get("sdp", "")))
            page.send({"type": "answer", "sdp": sdp})
