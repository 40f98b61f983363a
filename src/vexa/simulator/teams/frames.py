"""Text frames of the signalling socket: rosters and ends. Source: public bots, 2026-09."""

from __future__ import annotations

import base64
import json
import uuid
import zlib
from collections.abc import Iterable
from typing import Any

from vexa.simulator.meetings import Participant, VisitorState

#: How a visitor went → sub-code of the end.
SUB_CODES = {
    VisitorState.REMOVED: 5300,
    VisitorState.DENIED: 5854,
    VisitorState.ENDED: 0,
    VisitorState.LEFT: 0,
}


def roster_frame(people: Iterable[Participant]) -> str:
    """Tell of some people; a name that is not known yet is left out."""
    entries = {one.device_id: _entry(one) for one in people}
    packed = zlib.compress(json.dumps({"participants": entries}).encode())
    return _frame("rosterUpdate/", base64.b64encode(packed).decode())


def end_frame(state: VisitorState) -> str:
    """Tell that the call is over for a visitor."""
    body = {"code": 0, "subCode": SUB_CODES.get(state, 0), "phrase": "CallEnded"}
    return _frame("conversation/conversationEnd/", json.dumps(body))


def _frame(path: str, body: str) -> str:
    headers = {"X-Microsoft-Skype-Chain-ID": str(uuid.uuid4())}
    url = f"/v4/f/call/{path}"
    return "3:::" + json.dumps(
        {"id": 1, "method": "POST", "url": url, "headers": headers} | {"body": body}
    )


def _entry(one: Participant) -> dict[str, Any]:
    stream = {"type": "audio", "sourceId": one.stream_id, "direction": "sendrecv"}
    return {
        "details": {"id": one.device_id, "displayName": one.display_name or one.name},
        "meetingRole": "organizer" if one.is_host else "attendee",
        "state": "active" if one.is_present else "inactive",
        "endpoints": {str(uuid.uuid4()): {"call": {"mediaStreams": [stream]}}},
    }
