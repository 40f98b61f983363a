"""Reads Meet's roster messages: who has which device, and which audio stream is whose.

On the data channel labelled `collections` the server sends deflate-compressed protobuf; the HTTP
answer of `SyncMeetingSpaceCollections` is protobuf in base64. Field numbers as public bots found
them (read 2026-09); the names are ours.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from vexa.kit.protobuf_messages import build_messages
from vexa.platforms.base import Person, RosterChange
from vexa.platforms.google_meet.wire_messages import (
    LARGEST_MESSAGE_BYTES,
    inflate,
    parse,
    text_of,
)

CHANNEL = "collections"
SYNC_PATH = "MeetingSpaceService/SyncMeetingSpaceCollections"

#: `status` of a device that is in the meeting (6: not in it, 7: probably removed).
_IN_MEETING = 1
#: `kind` of an output that is sound.
_AUDIO = 1

_MESSAGES = build_messages(
    "vexa.platforms.google_meet.roster",
    {
        "ChannelMessage": {"body": (1, "ChannelBody")},
        "ChannelBody": {"news": (2, "News")},
        "News": {"outputs": (3, "OutputList"), "room": (13, "Room")},
        "Room": {"devices": (1, "DeviceList")},
        "DeviceList": {"devices": (2, "*Device")},
        "Device": {
            "device_id": (1, "bytes"),
            "full_name": (2, "bytes"),
            "status": (4, "int64"),
            "own": (7, "bytes"),
            "parent_device_id": (21, "bytes"),
            "display_name": (29, "bytes"),
        },
        "OutputList": {"outputs": (2, "*Output")},
        "Output": {"kind": (2, "int64"), "stream_id": (4, "bytes"), "device_id": (6, "bytes")},
        "SyncAnswer": {"snapshot": (2, "Snapshot")},
        "Snapshot": {"devices": (2, "DeviceList")},
    },
    "proto2",
)


def decode_channel(message: bytes) -> RosterChange:
    """Read one message of the data channel.

    Raises:
        ValueError: not deflate, too large, or not protobuf.
    """
    news = parse(_MESSAGES["ChannelMessage"], inflate(message)).body.news
    return _change(news.room.devices.devices, news.outputs.outputs)


def decode_answer(body: bytes) -> RosterChange:
    """Read one HTTP answer.

    Raises:
        ValueError: not base64, too large, or not protobuf.
    """
    if len(body) > LARGEST_MESSAGE_BYTES:
        raise ValueError("roster answer is too large")
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error as exc:
        raise ValueError("roster answer is not base64") from exc
    return _change(parse(_MESSAGES["SyncAnswer"], raw).snapshot.devices.devices, ())


def _change(devices: Iterable[Any], outputs: Iterable[Any]) -> RosterChange:
    people = tuple(
        Person(
            device_id=text_of(device.device_id),
            name=text_of(device.full_name) or text_of(device.display_name),
            present=not device.HasField("status") or device.status == _IN_MEETING,
            is_self=device.HasField("own"),
            parent_device_id=text_of(device.parent_device_id),
        )
        for device in devices
        if device.device_id
    )
    streams = {
        text_of(output.stream_id): text_of(output.device_id)
        for output in outputs
        if output.kind == _AUDIO and output.stream_id and output.device_id
    }
    return RosterChange(people, streams)
