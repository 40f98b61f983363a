"""The `collections` messages: who is in the meeting and which audio stream is theirs.

The field numbers are the wire's (attendee-labs/attendee and others, read in 2026-09); the names are
ours.

On the data channel a message is an `Event`, zlib-compressed (RFC 1950). The HTTP answer of
SyncMeetingSpaceCollections is a `SyncAnswer`, base64, not compressed.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from vexa.kit.protobuf_messages import Schema, build_messages
from vexa.simulator.meetings import ChatLine

#: What a reader of the wire can know: everything; who is there, and not whose a stream is; nothing,
#: because people have another field number than they had.
RosterForm = Literal["known", "no_streams", "moved"]

#: Values of `User.status`.
IN_MEETING, NOT_IN_MEETING, KICKED = 1, 6, 7
#: Value of `Output.type` for sound.
AUDIO = 1

_SCHEMA: Schema = {
    "Event": {"body": (1, "EventBody")},
    "EventBody": {"change": (2, "Change")},
    "Change": {
        "outputs": (3, "Outputs"),
        "people": (13, "PeopleAndChat"),
        "people_moved": (15, "PeopleAndChat"),
    },
    "PeopleAndChat": {"people": (1, "People"), "chat": (4, "*ChatEntry")},
    "People": {"version": (1, "Version"), "users": (2, "*User")},
    "Version": {"number": (1, "uint64")},
    "User": {
        "device_id": (1, "string"),
        "full_name": (2, "string"),
        "picture": (3, "string"),
        "status": (4, "uint32"),
        "self_mark": (7, "string"),
        "parent_device_id": (21, "string"),
        "display_name": (29, "string"),
        "host": (34, "uint32"),
    },
    "Outputs": {"outputs": (2, "*Output")},
    "Output": {
        "type": (2, "uint32"),
        "stream_id": (4, "string"),
        "device_id": (6, "string"),
        "state": (10, "OutputState"),
    },
    "OutputState": {"disabled": (1, "uint32")},
    "ChatEntry": {"message": (2, "ChatMessage")},
    "ChatMessage": {
        "message_id": (1, "string"),
        "device_id": (2, "string"),
        "sent_ms": (3, "int64"),
        "content": (5, "ChatContent"),
    },
    "ChatContent": {"text": (1, "string")},
    "SyncAnswer": {"change": (2, "SyncChange")},
    "SyncChange": {"people": (2, "People"), "people_moved": (5, "People")},
}


_MESSAGES = build_messages("vexa.simulator.meet.roster", _SCHEMA, "proto3")


@dataclass(frozen=True)
class RosterEntry:
    """One device of the meeting, as one receiver is told of it."""

    device_id: str
    full_name: str
    stream_id: int
    status: int = IN_MEETING
    display_name: str = ""
    is_self: bool = False
    is_host: bool = False
    is_muted: bool = False
    parent_device_id: str = ""


def _people(version: int, entries: Iterable[RosterEntry]) -> dict[str, Any]:
    users = [
        {
            "device_id": entry.device_id,
            "full_name": entry.full_name,
            "picture": "",
            "status": entry.status,
            "self_mark": "self" if entry.is_self else "",
            "parent_device_id": entry.parent_device_id,
            "display_name": entry.display_name or entry.full_name,
            "host": int(entry.is_host),
        }
        for entry in entries
    ]
    return {"version": {"number": version}, "users": users}


def encode_event(
    version: int,
    entries: Iterable[RosterEntry],
    chat: Iterable[ChatLine] = (),
    *,
    form: RosterForm = "known",
) -> bytes:
    """Return the compressed data-channel message about some devices and chat lines."""
    listed = list(entries)
    outputs = [
        {
            "type": AUDIO,
            "stream_id": str(entry.stream_id),
            "device_id": entry.device_id,
            "state": {"disabled": int(entry.is_muted)},
        }
        for entry in listed
    ]
    lines = [
        {
            "message": {
                "message_id": line.message_id,
                "device_id": line.device_id,
                "sent_ms": line.sent_ms,
                "content": {"text": line.text},
            }
        }
        for line in chat
    ]
    people = {"people": _people(version, listed), "chat": lines}
    change: dict[str, Any] = {_place(form): people}
    if outputs and form == "known":
        change["outputs"] = {"outputs": outputs}
    message = _MESSAGES["Event"](body={"change": change})
    return zlib.compress(message.SerializeToString())


def _place(form: RosterForm) -> str:
    return "people_moved" if form == "moved" else "people"


def encode_sync(version: int, entries: Iterable[RosterEntry], *, form: RosterForm = "known") -> str:
    """Return the body of SyncMeetingSpaceCollections: everybody present."""
    message = _MESSAGES["SyncAnswer"](change={_place(form): _people(version, entries)})
    return base64.b64encode(message.SerializeToString()).decode()


def decode_event(data: bytes) -> Any:
    """Read a data-channel message; for tests."""
    return _MESSAGES["Event"].FromString(zlib.decompress(data))


def decode_sync(text: str) -> Any:
    """Read an answer of SyncMeetingSpaceCollections; for tests."""
    return _MESSAGES["SyncAnswer"].FromString(base64.b64decode(text))
