"""The roster's bytes, read here by a reader of our own that knows only field numbers."""

from __future__ import annotations

import base64
import zlib
from typing import Any

from vexa.simulator.google_meet.roster import (
    KICKED,
    RosterEntry,
    encode_event,
    encode_sync,
)
from vexa.simulator.meetings import ChatLine


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at, value = at + 1, value | (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data: bytes) -> dict[int, list[Any]]:
    """Split a protobuf message into its fields."""
    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        value, at = varint(data, at)
        if tag & 7 == 2:
            length = value
            found.setdefault(tag >> 3, []).append(data[at : at + length])
            at += length
        else:
            assert tag & 7 == 0
            found.setdefault(tag >> 3, []).append(value)
    return found


def dig(data: bytes, *path: int) -> bytes:
    for number in path:
        data = fields(data)[number][0]
    return data


ANN = RosterEntry("spaces/s/devices/1", "Ann Example", 123456, is_host=True, is_muted=True)
SHARE = RosterEntry(
    "spaces/s/devices/2", "Ann Example", 99, display_name="Ann", parent_device_id=ANN.device_id
)
SELF = RosterEntry("spaces/s/devices/3", "Bot", 7, status=KICKED, is_self=True)


def test_users_have_the_fields_of_the_wire() -> None:
    change = dig(zlib.decompress(encode_event(4, [ANN, SHARE, SELF])), 1, 2)
    people = dig(change, 13, 1)
    assert fields(dig(people, 1)) == {1: [4]}
    ann, share, bot = (fields(user) for user in fields(people)[2])
    assert ann[1] == [b"spaces/s/devices/1"]
    assert ann[2] == ann[29] == [b"Ann Example"]
    assert ann[4] == ann[34] == [1]
    assert 7 not in ann
    assert 21 not in ann
    assert share[29] == [b"Ann"]
    assert share[21] == [b"spaces/s/devices/1"]
    assert bot[4] == [7]
    assert 7 in bot


def test_outputs_join_stream_and_device() -> None:
    change = dig(zlib.decompress(encode_event(1, [ANN, SELF])), 1, 2)
    ann, bot = (fields(output) for output in fields(dig(change, 3))[2])
    assert (ann[2], ann[4], ann[6]) == ([1], [b"123456"], [b"spaces/s/devices/1"])
    assert fields(ann[10][0]) == {1: [1]}
    assert (bot[4], fields(bot[10][0])) == ([b"7"], {})


def test_chat_line() -> None:
    change = dig(zlib.decompress(encode_event(1, [], [ChatLine("m", "d", "hello", 5)])), 1, 2)
    line = fields(dig(change, 13, 4, 2))
    assert (line[1], line[2], line[3], fields(line[5][0])) == ([b"m"], [b"d"], [5], {1: [b"hello"]})
    assert 3 not in fields(change)


def test_sync_answer() -> None:
    people = dig(base64.b64decode(encode_sync(9, [ANN])), 2, 2)
    assert fields(fields(people)[2][0])[2] == [b"Ann Example"]
