"""A participant's stream over real sockets that come, go and forget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import numpy as np

from tests.support.processes import free_port
from tests.support.recording_speech import Heard, RecordingSpeech
from tests.support.wait_until import wait_until
from vexa.bot.speech_stream import SpeechStream, StreamAddress
from vexa.contracts.bot import SpeechWishes
from vexa.contracts.times import iso_utc
from vexa.contracts.whisper_protocol import Hello

START_S = 1_700_000_000.0
SECOND = np.full(16_000, 8_000, np.int16)


def _urls(ports: Sequence[int]) -> str:
    return ", ".join(f"ws://127.0.0.1:{port}" for port in ports)


@asynccontextmanager
async def stream_to(*ports: int) -> AsyncIterator[tuple[SpeechStream, asyncio.Task[None]]]:
    """A stream that sends, and its task."""
    start = iso_utc(datetime.fromtimestamp(START_S, UTC))
    hello = Hello(uid="c-1", meeting_id=1, token="t", resume=True, session_start=start)
    stream = SpeechStream(StreamAddress(_urls(ports), hello))
    task = asyncio.ensure_future(stream.run())
    try:
        yield stream, task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def heard_by(speech: RecordingSpeech, position: int) -> Heard:
    """The stream, once it has got so far."""
    await wait_until(
        lambda: "c-1" in speech.streams and speech.streams["c-1"].position >= position,
        within_s=20,
        what=f"sample {position}",
    )
    return speech.streams["c-1"]


def loud_runs(heard: Heard) -> list[tuple[int, int]]:
    """Begin and end of each stretch of sound, joined where they touch."""
    runs: list[tuple[int, int]] = []
    for start, samples in heard.runs:
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], start + len(samples))
        else:
            runs.append((start, start + len(samples)))
    return runs


async def test_sound_and_silence_have_their_places_and_a_goodbye_ends_it() -> None:
    async with RecordingSpeech() as speech, stream_to(speech.port) as (stream, task):
        stream.audio(SECOND)
        stream.gap(48_000)
        stream.audio(SECOND)
        stream.finish()
        await asyncio.wait_for(task, 20)
        heard = speech.streams["c-1"]
    assert loud_runs(heard) == [(0, 16_000), (64_000, 80_000)]
    assert heard.ended
    assert float(np.abs(heard.runs[0][1]).max()) == 8_000 / 32_768
    assert heard.hello.resume
    assert heard.hello.token == "t"


async def test_what_was_said_before_the_server_came_up_is_not_lost() -> None:
    port = free_port()
    async with stream_to(port) as (stream, _task):
        stream.audio(SECOND)
        stream.gap(16_000)
        async with RecordingSpeech(port) as speech:
            heard = await heard_by(speech, 32_000)
            assert loud_runs(heard) == [(0, 16_000)]


async def test_a_server_that_forgot_everything_hears_everything_again() -> None:
    port = free_port()
    async with stream_to(port) as (stream, _task):
        async with RecordingSpeech(port, is_durable=False) as first:
            stream.audio(SECOND)
            stream.gap(8_000)
            await heard_by(first, 24_000)
        stream.audio(SECOND)
        async with RecordingSpeech(port, is_durable=False) as second:
            heard = await heard_by(second, 40_000)
            assert loud_runs(heard) == [(0, 16_000), (24_000, 40_000)]


async def test_a_server_that_kept_a_part_hears_the_rest() -> None:
    async with RecordingSpeech() as speech, stream_to(speech.port) as (stream, _task):
        stream.audio(SECOND)
        heard = await heard_by(speech, 16_000)
        await speech.drop_sockets()
        stream.audio(SECOND)
        await heard_by(speech, 32_000)
        assert len(heard.hellos) == 2
        assert loud_runs(heard) == [(0, 32_000)]


async def test_a_name_may_come_later_and_is_told_to_every_server() -> None:
    port = free_port()
    async with stream_to(port) as (stream, _task):
        async with RecordingSpeech(port) as first:
            stream.audio(SECOND)
            heard = await heard_by(first, 16_000)
            assert heard.name is None
            stream.rename("Ada")
            await wait_until(lambda: heard.name == "Ada", within_s=20, what="the name")
        async with RecordingSpeech(port) as second:
            await wait_until(lambda: "c-1" in second.streams, within_s=20, what="a new socket")
            assert second.streams["c-1"].hello.speaker == "Ada"


async def test_a_goodbye_that_was_lost_is_said_again() -> None:
    port = free_port()
    async with stream_to(port) as (stream, task):
        async with RecordingSpeech(port) as first:
            stream.audio(SECOND)
            await heard_by(first, 16_000)
        stream.finish()
        async with RecordingSpeech(port) as second:
            await asyncio.wait_for(task, 20)
            assert second.streams["c-1"].ended


async def test_another_language_is_asked_for_at_once_and_no_sound_is_lost_or_doubled() -> None:
    async with RecordingSpeech() as speech, stream_to(speech.port) as (stream, task):
        stream.audio(SECOND)
        heard = await heard_by(speech, 16_000)
        stream.listen_anew(SpeechWishes(language="de", task="translate"))
        stream.audio(SECOND)
        await wait_until(lambda: len(heard.hellos) == 2, within_s=20, what="a second hello")
        stream.audio(SECOND)
        stream.finish()
        stream.listen_anew(SpeechWishes(language="fr"))
        await asyncio.wait_for(task, 20)
    assert [(hello.uid, hello.language, hello.task) for hello, _ in heard.hellos] == [
        ("c-1", None, "transcribe"),
        ("c-1", "de", "translate"),
    ]
    assert loud_runs(heard) == [(0, 48_000)]
    assert heard.ended


async def test_another_language_waits_for_a_server_that_is_away() -> None:
    port = free_port()
    async with stream_to(port) as (stream, task):
        stream.audio(SECOND)
        stream.listen_anew(SpeechWishes(language="de"))
        stream.finish()
        async with RecordingSpeech(port) as speech:
            await asyncio.wait_for(task, 20)
            heard = speech.streams["c-1"]
    assert [hello.language for hello, _ in heard.hellos] == ["de"]
    assert loud_runs(heard) == [(0, 16_000)]


async def test_a_stream_goes_on_at_another_replica_when_one_is_gone() -> None:
    ports = free_port(), free_port()
    async with stream_to(*ports) as (stream, task):
        async with RecordingSpeech(ports[0], is_durable=False) as first:
            stream.audio(SECOND)
            await heard_by(first, 16_000)
        async with RecordingSpeech(ports[1]) as second:
            stream.audio(SECOND)
            stream.finish()
            await asyncio.wait_for(task, 30)
            assert loud_runs(second.streams["c-1"]) == [(0, 32_000)]
            assert second.streams["c-1"].ended
