"""What was asked for changes in mid-speech; and sound of people that is no speech. Real model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.bench.speech.laughter import laughter, music
from tests.integration.whisperlive_process import Whisperlive
from tests.support.human_speech import Utterance, load_utterances
from tests.support.speech_client import SpeechClient, meeting_hello
from tests.support.speech_stream import SpeechStream
from tests.support.wait_until import wait_until
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.base import Samples

PAUSE_S = 1.2


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests here, so that the model is put together once."""
    return tmp_path_factory.mktemp("whisperlive")


@pytest.fixture
def whisperlive(redis_url: str, home: Path) -> Iterator[Whisperlive]:
    env = {"WHISPER_ENGINE": "faster_whisper", "WHISPER_MODEL_SIZE": "base"}
    server = Whisperlive(redis_url, home, **env)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def said(speech_dir: Path) -> list[Utterance]:
    """Six utterances of one person, the shortest first."""
    everyone = load_utterances(speech_dir)
    person = [item for item in everyone if item.speaker == everyone[0].speaker]
    return sorted(person, key=lambda item: item.duration_s)[:6]


def one_after_the_other(said: list[Utterance]) -> tuple[Samples, list[float]]:
    """Return the sound, each utterance after a pause, and where each begins, seconds."""
    pause = np.zeros(int(PAUSE_S * SAMPLE_RATE_HZ), dtype=np.float32)
    parts, starts_s, at = [], [], 0
    for item in said:
        starts_s.append((at + len(pause)) / SAMPLE_RATE_HZ)
        parts += [pause, item.samples]
        at += len(pause) + len(item.samples)
    return np.concatenate([*parts, pause]), starts_s


def share_heard(said: list[Utterance], finals: list[dict[str, Any]]) -> float:
    """Return the share of the words that occur in the finals."""
    words = [word for item in said for word in item.words]
    heard = set(re.findall(r"[\w']+", " ".join(final["text"] for final in finals).lower()))
    return sum(word in heard for word in words) / len(words)


@pytest.mark.parametrize("after", ["en", None])
async def test_another_language_holds_for_what_is_said_from_then_on(
    whisperlive: Whisperlive, redis_url: str, said: list[Utterance], after: str | None
) -> None:
    audio, starts_s = one_after_the_other(said)
    stream, uid = SpeechStream(redis_url), f"changes-to-{after}"
    change = int((starts_s[3] - PAUSE_S / 2) * SAMPLE_RATE_HZ)
    first = await SpeechClient.open(whisperlive.url, meeting_hello(uid, resume=True, language="de"))
    await wait_until(lambda: first.find(type="resume"), within_s=30)
    await first.send(audio[:change])
    await wait_until(lambda: stream.finals(uid), within_s=30)
    await first.aclose()
    before = stream.finals(uid)
    second = await SpeechClient.open(
        whisperlive.url, meeting_hello(uid, resume=True, language=after)
    )
    resume = await wait_until(lambda: second.find(type="resume"), within_s=30)
    assert resume is not None
    await second.send(audio[resume["from_sample"] :])
    await second.end()
    finals = stream.finals(uid)
    assert finals[: len(before)] == before
    assert {final["language"] for final in before} == {"de"}
    assert [final["seq"] for final in finals] == list(range(len(finals)))
    later = [final for final in finals if float(final["start"]) >= starts_s[3] - PAUSE_S / 2]
    assert {final["language"] for final in later} == {"en"}
    assert share_heard(said[3:], later) > 0.7
    spans = [(float(final["start"]), float(final["end"])) for final in finals]
    assert all(end <= start + 0.05 for (_, end), (start, _) in pairwise(spans))
    for start_s in starts_s[3:]:
        assert min(abs(start - start_s) for start, _ in spans) < 0.7


@pytest.mark.parametrize("sound", [laughter, music])
async def test_laughter_and_music_are_no_words(
    whisperlive: Whisperlive, redis_url: str, said: list[Utterance], sound: Any
) -> None:
    uid = sound.__name__
    spoken, _ = one_after_the_other(said[:1])
    client = await SpeechClient.open(whisperlive.url, meeting_hello(uid))
    await wait_until(lambda: client.find(message="SERVER_READY"), within_s=30)
    await client.send(np.concatenate([sound(20.0, 1), sound(20.0, 3), spoken]))
    await client.end()
    segments = SpeechStream(redis_url).segments(uid)
    assert [segment["text"] for segment in segments if float(segment["start"]) < 39.0] == []
    finals = SpeechStream(redis_url).finals(uid)
    assert share_heard(said[:1], finals) > 0.7
