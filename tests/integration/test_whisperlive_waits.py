"""What is being said ends when its client falls silent, not when the server could not listen."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.integration.whisperlive_server import speech_server
from tests.support.speech_client import SpeechClient, meeting_hello
from tests.support.speech_stream import SpeechStream
from tests.support.stores import redis_server
from tests.support.wait_until import wait_until
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.scripted import code_speech

#: Longer than `wl_idle_turn_s` of these servers, seconds.
HANG_S = 1.5
#: One word that is longer than any wait for the next block.
LONG_WORD = code_speech([5], word_s=2.0)


async def test_a_server_that_hangs_in_a_word_does_not_say_it_twice(
    redis_url: str, tmp_path: Path
) -> None:
    async with speech_server(redis_url, tmp_path) as (url, _):
        client = await SpeechClient.open(url, meeting_hello("hang"))
        half = len(LONG_WORD) // 2
        await client.send(LONG_WORD[:half])
        await wait_until(lambda: client.messages and "w5" in str(client.messages[-1]))
        _hang()
        # what is due by the clock runs before what the client says next
        await asyncio.sleep(0.05)
        await client.send(LONG_WORD[half:])
        await client.end()
    assert SpeechStream(redis_url).words("hang") == ["w5"]


async def test_audio_that_waits_for_redis_ends_no_turn_in_a_word(tmp_path: Path) -> None:
    words = list(range(1, 121))
    speech = code_speech(words, word_s=0.8)
    folder = Path(tempfile.mkdtemp(prefix="vexa-redis-"))
    with redis_server(folder) as (first, redis_url):
        async with speech_server(redis_url, tmp_path, wl_max_unstored=3) as (url, program):
            client = await SpeechClient.open(url, meeting_hello("wait"))
            await client.send(speech[:SAMPLE_RATE_HZ])
            await wait_until(lambda: client.messages and "w1" in str(client.messages[-1]))
            first.kill()
            sending = asyncio.get_running_loop().create_task(client.send(speech[SAMPLE_RATE_HZ:]))
            (session,) = program.sessions.live
            await wait_until(lambda: session.is_behind and session.publisher.waiting >= 3)
            await asyncio.sleep(HANG_S)
            with redis_server(folder):
                async with asyncio.timeout(30):
                    await sending
                await client.end()
                assert SpeechStream(redis_url).words("wait") == [f"w{code}" for code in words]


def _hang() -> None:
    """Let nothing run in this process, neither server nor client."""
    time.sleep(HANG_S)
