"""Reads Meet's roster messages: who has which device, and which audio stream is whose.

On the data channel labelled `collections` the server sends deflate-compressed protobuf; the HTTP
answer of `SyncMeetingSpaceCollections` is protobuf in base64. Field numbers as public bots found
them (read 2026-09); the names are ours. Unknown fields are skipped.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from vexa.platforms.base import Person, RosterChange

CHANNEL = "collections"
SYNC_PATH = "MeetingSpaceService/SyncMeetingSpaceCollections"

#: Largest message after decompression; a roster of 1000 people is about 200 kB.
LARGEST_MESSAGE_BYTES = 4_000_000

#: `status` of a device that is in the meeting (6: not in it, 7: probably removed).
_IN_MEETING = 1
#: `kind` of an output that is sound.
_AUDIO = 1

_PACKAGE = "vexa.platforms.google_meet"
_Fields = dict[str, tuple[int, str]]

#: Message → field → (number, type). `*` before a type: repeated.
_SCHEMA: dict[str, _Fields] = {
    "ChannelMessage": {"body": (1, "ChannelBody")},
    "ChannelBody": {"news": (2, "News")},
    "News": {"outputs": (3, "OutputList"), "room": (13, "Room")},
    "Room": {"devices": (1, "DeviceList")},
    "DeviceList": {"devices": (2, "*Device")},
    "Device": {
        "device_id": (1, "string"),
        "full_name": (2, "string"),
        "status": (4, "int64"),
        "own": (7, "string"),
        "parent_device_id": (21, "string"),
        "display_name": (29, "string"),
    },
    "OutputList": {"outputs": (2, "*Output")},
    "Output": {"kind": (2, "int64"), "stream_id": (4, "string"), "device_id": (6, "string")},
    "SyncAnswer": {"snapshot": (2, "Snapshot")},
    "Snapshot": {"devices": (2, "DeviceList")},
}


def _build() -> dict[str, Any]:
    types = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="vexa/platforms/google_meet.proto", package=_PACKAGE, syntax="proto2"
    )
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for field_name, (number, kind) in fields.items():
            element = kind.removeprefix("*")
            field = message.field.add(name=field_name, number=number)
            field.label = types.LABEL_REPEATED if kind[0] == "*" else types.LABEL_OPTIONAL
            if element == "string":
                # bytes, so that one badly encoded name cannot cost the whole message
                field.type = types.TYPE_BYTES
            elif element == "int64":
                field.type = types.TYPE_INT64
            else:
                field.type = types.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{element}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in ("ChannelMessage", "SyncAnswer")
    }


_MESSAGES = _build()


def decode_channel(message: bytes) -> RosterChange:
    """Read one message of the data channel.

    Raises:
        ValueError: not deflate, too large, or not protobuf.
    """
    news = _parse("ChannelMessage", inflate(message)).body.news
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
    return _change(_parse("SyncAnswer", raw).snapshot.devices.devices, ())


def inflate(data: bytes) -> bytes:
    """Decompress zlib, gzip or raw deflate, to a bounded size.

    Raises:
        ValueError: none of the three, cut short, or larger than LARGEST_MESSAGE_BYTES.
    """
    for window_bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        decompressor = zlib.decompressobj(window_bits)
        try:
            inflated = decompressor.decompress(data, LARGEST_MESSAGE_BYTES)
        except zlib.error:
            continue
        if decompressor.eof:
            return inflated
        raise ValueError("roster message is cut short or too large")
    raise ValueError("roster message is not deflate")


def _parse(kind: str, raw: bytes) -> Any:
    try:
        return _MESSAGES[kind].FromString(raw)
    except DecodeError as exc:
        raise ValueError("roster message is not protobuf of the known form") from exc


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def _change(devices: Iterable[Any], outputs: Iterable[Any]) -> RosterChange:
    people = tuple(
        Person(
            device_id=_text(device.device_id),
            name=_text(device.full_name) or _text(device.display_name),
            present=not device.HasField("status") or device.status == _IN_MEETING,
            is_self=device.HasField("own"),
            parent_device_id=_text(device.parent_device_id),
        )
        for device in devices
        if device.device_id
    )
    streams = {
        _text(output.stream_id): _text(output.device_id)
        for output in outputs
        if output.kind == _AUDIO and output.stream_id and output.device_id
    }
    return RosterChange(people, streams)
