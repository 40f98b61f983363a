"""Nothing is lost, doubled or changed when whisperlive or Redis dies in the middle of speech."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.whisperlive_process import Whisperlive
from tests.integration.whisperlive_server import speech_server
from tests.support.coded_stream import say
from tests.support.speech_client import ResumingClient, SpeechClient, meeting_hello
from tests.support.speech_stream import SpeechStream
from tests.support.stores import redis_server
from tests.support.wait_until import wait_until

#: Words of the kill test: with sentences, pauses, and one turn that is too long and gets cut.
TURNS = [list(range(1, 9)), list(range(8, 26)), list(range(101, 145)), [7, 7, 7, 8], [31, 40, 5]]

#: How long the server hangs, seconds.
HANG_S = 6.0


@pytest.fixture
def whisperlive(redis_url: str, tmp_path: Path) -> Iterator[Whisperlive]:
    server = Whisperlive(redis_url, tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("seed", range(3))
async def test_a_killed_server_loses_and_doubles_nothing(
    whisperlive: Whisperlive, redis_url: str, seed: int
) -> None:
    audio = say(*[item for turn in TURNS for item in (turn, 1.2)])
    client = ResumingClient(lambda: whisperlive.url, "k", audio, 7)
    running = client.start()
    stream = SpeechStream(redis_url)
    moments = sorted(random.Random(seed).sample(range(1, len(audio)), 3))
    for moment in moments:
        await client.has_sent(moment)
        whisperlive.kill()
        stored = stream.finals("k")
        whisperlive.start()
        assert stream.finals("k")[: len(stored)] == stored
    async with asyncio.timeout(60):
        await running
    assert client.sockets > 1
    assert stream.words("k") == [f"w{code}" for turn in TURNS for code in turn]
    finals = stream.finals("k")
    assert [final["seq"] for final in finals] == list(range(len(finals)))
    assert client.finals.items() <= {final["seq"]: final["text"] for final in finals}.items()
    starts = [float(final["start"]) for final in finals]
    assert starts == sorted(starts)


async def test_a_server_that_hangs_for_a_while_loses_no_word(
    whisperlive: Whisperlive, redis_url: str
) -> None:
    audio = say(*[item for turn in TURNS for item in (turn, 1.2)])
    client = ResumingClient(lambda: whisperlive.url, "h", audio, 7)
    running = client.start()
    await client.has_sent(len(audio) // 3)
    os.kill(whisperlive.pid, signal.SIGSTOP)
    await asyncio.sleep(HANG_S)
    os.kill(whisperlive.pid, signal.SIGCONT)
    async with asyncio.timeout(60):
        await running
    words = SpeechStream(redis_url).words("h")
    assert words == [f"w{code}" for turn in TURNS for code in turn]


async def test_finals_wait_while_redis_is_away_and_none_is_called_durable(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="vexa-redis-"))
    with redis_server(folder) as (first, redis_url):
        stream = SpeechStream(redis_url)
        async with speech_server(redis_url, tmp_path) as (url, program):
            client = await SpeechClient.open(url, meeting_hello("r"))
            await client.send(say([1, 2, 3], 1.2))
            await wait_until(lambda: client.finals)
            first.kill()
            await client.send(say([4, 5, 6], 1.2, [7, 8], 1.2))
            await wait_until(lambda: "w7 w8" in str(client.messages[-1]))
            assert client.finals == {0: "w1 w2 w3"}
            durable = client.find(type="durable")
            assert durable is not None
            assert durable["sample"] < len(say([1, 2, 3], 1.2))
            assert "Redis" in (await program.facts())["redis"]
            late = await SpeechClient.open(url, meeting_hello("late"))
            assert await late.closed(30) == 1013
            with redis_server(folder):
                await wait_until(lambda: 2 in client.finals, within_s=20)
                await client.end()
                assert stream.words("r") == [f"w{code}" for code in range(1, 9)]
                assert [final["seq"] for final in stream.finals("r")] == [0, 1, 2]


async def test_a_session_that_waits_for_redis_does_not_take_audio_without_end(
    tmp_path: Path,
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="vexa-redis-"))
    with redis_server(folder) as (first, redis_url):
        limits = {"wl_max_unstored": 3}
        async with speech_server(redis_url, tmp_path, **limits) as (url, program):
            client = await SpeechClient.open(url, meeting_hello("b"))
            await wait_until(lambda: client.find(status="SERVER_READY"))
            first.kill()
            words = list(range(1, 60))
            sending = asyncio.get_running_loop().create_task(
                client.send(say(*[item for code in words for item in ([code], 1.0)]))
            )
            (session,) = program.sessions.live
            await wait_until(lambda: session.publisher.waiting >= 3)
            with redis_server(folder):
                async with asyncio.timeout(30):
                    await sending
                await client.end()
                assert SpeechStream(redis_url).words("b") == [f"w{code}" for code in words]
