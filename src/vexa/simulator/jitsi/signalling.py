"""What a Jitsi page and its room say to each other, besides what every page does.

From the page: `join`, `lobby_password` (both: name, password), `media` (p2p), `last_n` (n),
`answer`, `restart` (session).
To the page: `password`, `people`, `offer`, `chat`, `dominant`.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from vexa.simulator.jitsi.wire import JitsiWire
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.page_socket import SocketPage

LONGEST_CHAT = 1_000


def wire_of(meeting: LiveMeeting) -> JitsiWire:
    """Return a Jitsi room's own half."""
    assert isinstance(meeting.wire, JitsiWire)
    return meeting.wire


async def handle(
    meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]
) -> None:
    """Act on one message of a page."""
    wire = wire_of(meeting)
    match message.get("type"):
        case "join":
            await asyncio.sleep(wire.options.join_delay_s)
            _join(meeting, page, visitor_id, message)
        case "lobby_password":
            await asyncio.sleep(wire.options.join_delay_s)
            if _is_right(meeting, page, visitor_id, message, in_lobby=True):
                meeting.press_join(visitor_id, str(message.get("name", "")))
                meeting.admit(visitor_id)
        case "media":
            wire.send_people(visitor_id)
            wire.begin_media(visitor_id, wants_p2p=bool(message.get("p2p")))
        case "restart":
            wire.restart(visitor_id, int(message.get("session", 0)))
        case "last_n":
            meeting.want_pictures(visitor_id, int(message.get("n", -1)) != 0)
        case "answer":
            session = int(message.get("session", 0))
            await wire.take_answer(visitor_id, session, str(message.get("sdp", "")))


def _join(meeting: LiveMeeting, page: SocketPage, visitor_id: str, message: dict[str, Any]) -> None:
    # a lobby asks for the password itself, and lets in who has none
    if meeting.state.options.access == "ask" or _is_right(meeting, page, visitor_id, message):
        meeting.press_join(visitor_id, str(message.get("name", "")) or "Fellow Jitster")


def _is_right(
    meeting: LiveMeeting,
    page: SocketPage,
    visitor_id: str,
    message: dict[str, Any],
    *,
    in_lobby: bool = False,
) -> bool:
    wanted, given = wire_of(meeting).options.password, message.get("password")
    if wanted is None or hmac.compare_digest(wanted.encode(), str(given or "").encode()):
        return True
    meeting.record("password_wrong" if given else "password_asked", visitor=visitor_id)
    page.send({"type": "password", "wrong": bool(given), "in_lobby": in_lobby})
    return False
