"""What a client may send, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexa.contracts.errors import BadAudio, BadRequest
from vexa.contracts.whisper_protocol import Hello
from vexa.whisperlive.admission import check_language, read_hello
from vexa.whisperlive.engines.base import Word
from vexa.whisperlive.engines.scripted import ScriptedEngine
from vexa.whisperlive.events import Point
from vexa.whisperlive.language import LanguageHold
from vexa.whisperlive.messages import End, Gap, Ignored, SpeakerName, read_message
from vexa.whisperlive.resume import point_fields, read_point


def control(kind: str, **payload: object) -> str:
    return json.dumps({"type": kind, "payload": payload})


def test_audio_is_little_endian_float32() -> None:
    heard = read_message(np.array([0.5, -1.0], dtype="<f4").tobytes())
    assert isinstance(heard, np.ndarray)
    assert heard.tolist() == [0.5, -1.0]


def test_audio_may_begin_with_the_byte_of_a_brace() -> None:
    block = b"{" + bytes(7)
    assert isinstance(read_message(block), np.ndarray)


@pytest.mark.parametrize(
    ("message", "read"),
    [
        (b"END_OF_AUDIO", End()),
        (control("audio_gap", samples=5), Gap(5)),
        (control("audio_gap", samples=5).encode(), Gap(5)),
        (control("speaker", speaker=" Ann "), SpeakerName("Ann")),
        (control("speaker", speaker=""), Ignored()),
        (control("session_control", event="LEAVING_MEETING"), Ignored()),
    ],
)
def test_control_messages_are_read(message: str | bytes, read: object) -> None:
    assert read_message(message) == read


@pytest.mark.parametrize(
    "message",
    [
        b"abc",
        "no json",
        "[]",
        control("audio_gap"),
        control("audio_gap", samples=-1),
        control("audio_gap", samples=True),
        control("audio_gap", samples=10**12),
    ],
)
def test_what_cannot_be_read_is_refused(message: str | bytes) -> None:
    with pytest.raises(BadAudio):
        read_message(message)


@given(st.binary(max_size=64) | st.text(max_size=64))
def test_no_message_does_anything_else_than_be_read_or_refused(message: str | bytes) -> None:
    try:
        read_message(message)
    except BadAudio:
        return


@pytest.mark.parametrize("message", ["", "{}", "[]", '{"uid": ""}', '{"uid": 5}', b"\x00"])
def test_a_bad_hello_is_refused_with_a_reason(message: str | bytes) -> None:
    with pytest.raises(BadRequest):
        read_hello(message)


def test_a_stock_hello_is_taken() -> None:
    hello = read_hello(
        '{"uid": "x", "language": null, "task": "transcribe", "model": "small", "use_vad": true,'
        ' "max_clients": 4, "max_connection_time": 600, "send_last_n_segments": 10}'
    )
    assert (hello.uid, hello.meeting_id, hello.resume) == ("x", None, False)


def test_an_unknown_language_is_refused() -> None:
    check_language(Hello(uid="x", language="de"), ScriptedEngine())
    with pytest.raises(BadRequest, match="xx"):
        check_language(Hello(uid="x", language="xx"), None)


def test_a_language_is_held_when_sure_or_heard_twice() -> None:
    hold = LanguageHold(None)
    assert not hold.learn("de", 0.5)
    assert not hold.learn("en", 0.5)
    assert hold.learn("en", 0.5)
    assert not hold.learn("fr", 0.99)
    assert hold.code == "en"
    assert LanguageHold(None).learn("es", 0.9)
    assert LanguageHold(None, held="de").code == "de"
    assert not LanguageHold("pl").learn("es", 0.9)


def test_a_held_language_changes_only_on_lasting_evidence() -> None:
    hold = LanguageHold(None, held="en")
    turns = [("de", 0.9), ("de", 0.9), ("en", 0.9), ("de", 0.9), ("de", 0.5), ("de", 0.9)]
    assert not any(hold.learn(*turn) for turn in turns)
    assert not hold.learn("de", 0.9)
    assert hold.learn("de", 0.9)
    assert hold.code == "de"


def test_a_point_survives_its_way_through_a_hash() -> None:
    point = Point(4, 51_200, (Word(" Grüße,", 0.1, 0.5),), "de")
    assert read_point(point_fields(point)) == point
    assert read_point({}) == Point()
