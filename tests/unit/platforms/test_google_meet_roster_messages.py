"""Roster messages, written byte by byte here, so that the reader's schema is checked."""

from __future__ import annotations

import base64
import zlib

import pytest

from tests.support.wire_bytes import field
from vexa.platforms.base import Person
from vexa.platforms.google_meet.roster_messages import decode_answer, decode_channel
from vexa.platforms.google_meet.wire_messages import inflate

ADA = field(1, "spaces/x/devices/1") + field(2, "Ada Lovelace") + field(4, 1) + field(29, "Ada")
OWN = field(1, "spaces/x/devices/9") + field(29, "Notetaker") + field(7, "me") + field(4, 1)
SLIDES = field(1, "spaces/x/devices/2") + field(2, "Ada") + field(21, "spaces/x/devices/1")
GONE = field(1, "spaces/x/devices/3") + field(2, "Bob") + field(4, 6)


def channel(devices: list[bytes], outputs: list[bytes]) -> bytes:
    people = b"".join(field(2, device) for device in devices)
    listed = b"".join(field(2, output) for output in outputs)
    news = field(3, listed) + field(13, field(1, people)) + field(99, "unknown")
    return field(1, field(2, news))


def output(kind: int, stream: str, device: str) -> bytes:
    return field(2, kind) + field(4, stream) + field(6, device) + field(10, field(1, 0))


MESSAGE = channel(
    [ADA, OWN, SLIDES, GONE],
    [output(1, "4711", "spaces/x/devices/1"), output(2, "4712", "spaces/x/devices/1")],
)


def test_people_and_their_audio_streams() -> None:
    change = decode_channel(zlib.compress(MESSAGE))
    assert change.people == (
        Person("spaces/x/devices/1", "Ada Lovelace"),
        Person("spaces/x/devices/9", "Notetaker", is_self=True),
        Person("spaces/x/devices/2", "Ada", parent_device_id="spaces/x/devices/1"),
        Person("spaces/x/devices/3", "Bob", present=False),
    )
    assert change.streams == {"4711": "spaces/x/devices/1"}


@pytest.mark.parametrize("window_bits", [15, 31, -15])
def test_every_kind_of_deflate(window_bits: int) -> None:
    compressor = zlib.compressobj(wbits=window_bits)
    packed = compressor.compress(MESSAGE) + compressor.flush()
    assert len(decode_channel(packed).people) == 4


def test_the_answer_of_http() -> None:
    people = field(2, ADA) + field(2, GONE)
    body = base64.b64encode(field(2, field(2, people)))
    assert [person.name for person in decode_answer(body).people] == ["Ada Lovelace", "Bob"]


@pytest.mark.parametrize(
    "message", [b"", b"not deflate", zlib.compress(MESSAGE)[:-9], zlib.compress(b"\xff\xff\xff")]
)
def test_a_broken_message_is_a_value_error(message: bytes) -> None:
    with pytest.raises(ValueError, match="message"):
        decode_channel(message)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        inflate(zlib.compress(bytes(50_000_000)))


@pytest.mark.parametrize("body", [b"\x00", b"YWJj", b"a" * 5_000_000])
def test_a_broken_answer_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"roster answer|message"):
        decode_answer(body)


def test_a_badly_encoded_name_costs_only_itself() -> None:
    broken = field(1, "spaces/x/devices/5") + field(2, b"\xff\xfe")
    change = decode_channel(zlib.compress(channel([broken, ADA], [])))
    assert change.people[1].name == "Ada Lovelace"
