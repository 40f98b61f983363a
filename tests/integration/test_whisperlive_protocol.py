"""The WhisperLive protocol on real sockets and a real Redis, with coded audio."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import redis

from tests.integration.whisperlive_server import speech_server
from tests.support.coded_stream import say
from tests.support.speech_client import SpeechClient, meeting_hello, meeting_token
from tests.support.speech_stream import SpeechStream
from tests.support.wait_until import wait_until
from vexa.contracts.stream_names import speech_session
from vexa.contracts.whisper_protocol import (
    CLOSE_BAD_HELLO,
    CLOSE_NOT_AUTHORISED,
    CLOSE_OVERLOADED,
    CLOSE_SUPERSEDED,
)
from vexa.whisperlive.engines.scripted import ScriptedEngine
from vexa.whisperlive.program import SpeechProgram

Server = tuple[str, SpeechProgram]


@pytest.fixture
async def server(redis_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with speech_server(redis_url, tmp_path) as running:
        yield running


@pytest.fixture
def stream(redis_url: str) -> SpeechStream:
    return SpeechStream(redis_url)


def stock_hello(uid: str) -> dict[str, Any]:
    """What WhisperLive's own client sends."""
    return {
        "uid": uid,
        "language": None,
        "task": "transcribe",
        "model": "small",
        "use_vad": True,
        "send_last_n_segments": 10,
        "max_clients": 4,
        "max_connection_time": 600,
    }


async def test_a_stock_client_gets_its_text_and_nothing_is_stored(
    server: Server, stream: SpeechStream
) -> None:
    client = await SpeechClient.open(server[0], stock_hello("stock"))
    await wait_until(lambda: client.find(message="SERVER_READY"))
    assert client.find(status="SERVER_READY")
    assert client.find(message="SERVER_READY")["backend"] == "scripted"  # type: ignore[index]
    await client.send(say(*[item for code in range(1, 13) for item in ([code, code + 1], 1.2)]))
    await client.end()
    assert client.messages[-1] == {"uid": "stock", "message": "DISCONNECT"}
    last = [message for message in client.messages if "segments" in message][-1]["segments"]
    assert len(last) == 10
    assert [segment["text"] for segment in last[-2:]] == ["w11 w12", "w12 w13"]
    assert all(isinstance(segment["start"], str) for segment in last)
    assert all(float(s["start"]) < float(s["end"]) for s in last)
    assert all(segment["completed"] for segment in last)
    assert any(not s["completed"] for m in client.messages for s in m.get("segments", []))
    assert stream.entries("stock") == []


async def test_a_meeting_session_is_stored_from_start_to_end(
    server: Server, stream: SpeechStream
) -> None:
    hello = meeting_hello("a", speaker="Ann", correlation_id="c-1")
    client = await SpeechClient.open(server[0], hello)
    await client.send(say([1, 2, 3], 1.5, [4, 5], 0.2))
    await client.end()
    kinds = stream.kinds("a")
    assert (kinds[0], kinds[-1]) == ("session_start", "session_end")
    finals = stream.finals("a")
    assert [final["segment_id"] for final in finals] == ["a:0", "a:1"]
    assert stream.words("a") == ["w1", "w2", "w3", "w4", "w5"]
    assert client.finals == {final["seq"]: final["text"] for final in finals}
    entry = stream.entries("a")[1]
    assert entry["start_timestamp"] == "2026-01-31T12:00:00.000Z"
    assert (entry["speaker"], entry["correlation_id"]) == ("Ann", "c-1")
    assert {draft["segment_id"] for draft in stream.segments("a")} == {"a:0", "a:1"}


async def test_a_gap_is_time_and_a_name_may_come_late(server: Server, stream: SpeechStream) -> None:
    client = await SpeechClient.open(server[0], meeting_hello("gap"))
    await client.send(say([1, 2, 3]))
    await client.control("audio_gap", samples=60 * 16_000)
    await client.control("speaker", speaker="Bo")
    await client.send(say([4, 5]))
    await client.end()
    first, second = stream.finals("gap")
    assert float(first["end"]) < 2
    assert 61 < float(second["start"]) < 62
    assert "session_speaker" in stream.kinds("gap")
    assert stream.entries("gap")[-2]["speaker"] == "Bo"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"token": None}, "Invalid meeting token"),
        ({"token": "no.such.token"}, "Invalid meeting token"),
        ({"token": meeting_token(7, secret="x" * 32)}, "Invalid meeting token"),
        ({"token": meeting_token(7, hours=-1)}, "Invalid meeting token"),
        ({"token": meeting_token(8)}, "The token is for another meeting"),
    ],
)
async def test_a_meeting_session_needs_its_own_token(
    server: Server, stream: SpeechStream, change: dict[str, Any], said: str
) -> None:
    client = await SpeechClient.open(server[0], meeting_hello("bad", **change))
    assert await client.closed() == CLOSE_NOT_AUTHORISED
    assert client.messages == [{"uid": "bad", "status": "ERROR", "message": said}]
    assert stream.entries("bad") == []


async def test_a_session_of_another_meeting_cannot_be_taken(
    server: Server, stream: SpeechStream
) -> None:
    owner = await SpeechClient.open(server[0], meeting_hello("mine", 7))
    await wait_until(lambda: owner.find(status="SERVER_READY"))
    thief = await SpeechClient.open(server[0], meeting_hello("mine", 8, resume=True))
    assert await thief.closed() == CLOSE_NOT_AUTHORISED
    await owner.send(say([1, 2]))
    await owner.end()
    assert stream.words("mine") == ["w1", "w2"]


@pytest.mark.parametrize(
    "hello",
    ["no json", "[]", "{}", '{"uid": ""}', '{"uid": "x", "language": "xx"}', '{"uid": 1}'],
)
async def test_a_bad_hello_is_told_what_is_wrong(server: Server, hello: str) -> None:
    client = await SpeechClient.open(server[0], hello)
    assert await client.closed() == CLOSE_BAD_HELLO
    assert client.messages[-1]["status"] == "ERROR"
    assert client.messages[-1]["message"]


async def test_a_client_that_says_nothing_is_closed(server: Server) -> None:
    client = await SpeechClient.open(server[0], "{}")
    await client.closed()
    silent = await SpeechClient.open(server[0], json.dumps(stock_hello("s")))
    await wait_until(lambda: silent.find(status="SERVER_READY"))
    await silent.aclose()
    await wait_until(lambda: server[1].sessions.count == 0)


@pytest.mark.parametrize("block", [b"abc", "no json", '{"type": "audio_gap", "payload": {}}'])
async def test_bad_audio_is_told_and_the_server_goes_on(server: Server, block: str | bytes) -> None:
    client = await SpeechClient.open(server[0], stock_hello("odd"))
    await client.socket.send(block)
    assert await client.closed() == CLOSE_BAD_HELLO
    assert client.find(status="ERROR")
    other = await SpeechClient.open(server[0], stock_hello("even"))
    await other.send(say([1, 2]))
    await other.end()
    assert other.finals == {0: "w1 w2"}


async def test_a_block_that_is_too_long_closes_the_socket_only(server: Server) -> None:
    client = await SpeechClient.open(server[0], stock_hello("long"))
    await client.socket.send(bytes(31 * 16_000 * 4))
    assert await client.closed() == 1009
    await wait_until(lambda: server[1].sessions.count == 0)


async def test_noise_that_is_no_number_is_heard_as_silence(server: Server) -> None:
    client = await SpeechClient.open(server[0], stock_hello("nan"))
    await client.send(np.full(16_000, np.nan, dtype=np.float32))
    await client.send(say([1, 2]))
    await client.end()
    assert client.finals == {0: "w1 w2"}


async def test_a_full_server_asks_to_wait(redis_url: str, tmp_path: Path) -> None:
    async with speech_server(redis_url, tmp_path, wl_max_clients=1) as (url, _program):
        first = await SpeechClient.open(url, stock_hello("one"))
        await wait_until(lambda: first.find(status="SERVER_READY"))
        second = await SpeechClient.open(url, stock_hello("two"))
        assert await second.closed() == CLOSE_OVERLOADED
        assert second.messages[0]["status"] == "WAIT"
        assert isinstance(second.messages[0]["message"], float)
        await first.end()
        third = await SpeechClient.open(url, stock_hello("three"))
        await wait_until(lambda: third.find(status="SERVER_READY"))
        await third.aclose()


async def test_a_dropped_socket_is_finalised(server: Server, stream: SpeechStream) -> None:
    client = await SpeechClient.open(server[0], meeting_hello("gone"))
    await client.send(say([1, 2, 3]))
    await wait_until(lambda: any("segments" in message for message in client.messages))
    await client.aclose()
    await wait_until(lambda: "session_end" in stream.kinds("gone"))
    assert stream.words("gone") == ["w1", "w2", "w3"]
    await wait_until(lambda: server[1].sessions.count == 0)


async def test_a_client_that_comes_back_goes_on_from_what_is_durable(
    redis_url: str, tmp_path: Path, stream: SpeechStream
) -> None:
    audio = say([1, 2, 3], 1.5, [4, 5, 6], 1.5)
    async with speech_server(redis_url, tmp_path, wl_resume_window_s=30.0) as (url, _program):
        first = await SpeechClient.open(url, meeting_hello("back", resume=True))
        await first.send(audio[: int(3.2 * 16_000)])
        await wait_until(lambda: first.finals)
        await first.aclose()
        second = await SpeechClient.open(url, meeting_hello("back", resume=True))
        resume = await wait_until(lambda: second.find(type="resume"))
        assert resume is not None
        assert resume["next_seq"] == 1
        await second.send(audio[resume["from_sample"] :])
        await second.end()
    assert stream.words("back") == ["w1", "w2", "w3", "w4", "w5", "w6"]
    assert [final["seq"] for final in stream.finals("back")] == [0, 1]
    assert stream.kinds("back").count("session_start") == 1


async def test_a_second_socket_takes_the_session_over(
    redis_url: str, tmp_path: Path, stream: SpeechStream
) -> None:
    audio = say([1, 2, 3, 4], 1.5)
    async with (
        speech_server(redis_url, tmp_path) as (url, _one),
        speech_server(redis_url, tmp_path) as (other_url, _other),
    ):
        first = await SpeechClient.open(url, meeting_hello("twice", resume=True))
        await wait_until(lambda: first.find(type="resume"))
        second = await SpeechClient.open(url, meeting_hello("twice", resume=True))
        assert await first.closed() == CLOSE_SUPERSEDED
        third = await SpeechClient.open(other_url, meeting_hello("twice", resume=True))
        await wait_until(lambda: third.find(type="resume"))
        await second.send(audio)
        assert await second.closed() == CLOSE_SUPERSEDED
        await third.send(audio)
        await third.end()
    assert stream.words("twice") == ["w1", "w2", "w3", "w4"]


async def test_what_is_said_before_a_sender_falls_silent_becomes_final(
    server: Server, stream: SpeechStream
) -> None:
    client = await SpeechClient.open(server[0], meeting_hello("still"))
    await client.send(say([1, 2, 3]))
    await wait_until(lambda: stream.words("still") == ["w1", "w2", "w3"])
    await client.send(say([4], 0.1))
    await client.end()
    assert stream.words("still") == ["w1", "w2", "w3", "w4"]


async def test_a_defect_in_the_engine_stops_neither_the_session_nor_others(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = ScriptedEngine.decode
    calls: list[Any] = []

    def broken_once(self: Any, samples: Any, hints: Any) -> Any:
        calls.append(hints)
        if len(calls) == 1:
            raise IndexError
        return decode(self, samples, hints)

    monkeypatch.setattr(ScriptedEngine, "decode", broken_once)
    client = await SpeechClient.open(server[0], stock_hello("defect"))
    await client.send(say([1, 2, 3], 1.2))
    await client.end()
    assert client.finals == {0: "w1 w2 w3"}


async def test_a_store_that_breaks_closes_the_session_so_that_its_client_resumes(
    server: Server, redis_url: str
) -> None:
    client = await SpeechClient.open(server[0], meeting_hello("broken", resume=True))
    await wait_until(lambda: client.find(type="resume"))
    with redis.Redis.from_url(redis_url) as direct:
        direct.set(speech_session("broken"), "not a hash")
    await client.send(say([1, 2, 3], 1.2))
    assert await client.closed(60) == CLOSE_SUPERSEDED
