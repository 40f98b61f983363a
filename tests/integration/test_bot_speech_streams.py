"""A name goes to the streams of the device that spoke them, and to no other."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.support.recording_speech import RecordingSpeech
from tests.support.wait_until import wait_until
from vexa.bot import speech_streams
from vexa.bot.page_messages import AudioPiece
from vexa.bot.roster import Roster
from vexa.bot.speech_streams import SpeechStreams
from vexa.contracts.bot import BotLaunch
from vexa.platforms.base import Person, RosterChange

RATE_HZ = 48_000


@dataclass
class Bench:
    """Streams to a server that keeps what it hears."""

    speech: RecordingSpeech
    roster: Roster
    streams: SpeechStreams
    now_ms: float

    def say(self, csrc: str, length_ms: int = 1_000) -> None:
        """Let a source speak, then be silent for two seconds."""
        samples = np.full(RATE_HZ // 10, 4_000, np.int16)
        for _ in range(length_ms // 100):
            self.streams.take(AudioPiece("t", self.now_ms, csrc, RATE_HZ, samples))
            self.now_ms += 100
        self.now_ms += 2_000
        self.streams.tick(self.now_ms)

    def tell(self, *people: tuple[str, str], **streams: str) -> None:
        """Bring roster news: (device, name) pairs, and stream=device."""
        found = tuple(Person(device, name) for device, name in people)
        self.roster.apply(RosterChange(found, {key.strip("_"): d for key, d in streams.items()}))
        self.streams.tick(self.now_ms)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with RecordingSpeech() as speech:
        launch = BotLaunch(
            meeting_id=1,
            connection_id="c",
            correlation_id="t",
            platform="google_meet",
            native_meeting_id="abc-defg-hij",
            meeting_url="https://meet.google.com/abc-defg-hij",
            bot_name="Notetaker",
            token="t",
            manager_url="http://127.0.0.1:1",
            whisperlive_url=speech.url,
            work_dir=str(tmp_path),
        )
        roster = Roster()
        streams = SpeechStreams(launch, roster)
        yield Bench(speech, roster, streams, time.time() * 1000)
        await streams.finish(5.0)


async def test_a_source_that_goes_to_another_device_leaves_the_old_words_their_name(
    bench: Bench,
) -> None:
    bench.tell(("d1", "Ada"), ("d2", "Bob"), _7="d1")
    bench.say("7")
    bench.tell(_7="d2")
    bench.say("7")
    assert await bench.streams.finish(20.0)
    assert [(heard.name, heard.ended) for heard in bench.speech.streams.values()] == [
        ("Ada", True),
        ("Bob", True),
    ]


async def test_a_person_who_takes_another_name_has_it_on_everything(bench: Bench) -> None:
    bench.tell(("d1", "Ada"), _7="d1")
    bench.say("7")
    bench.tell(("d1", "Ada Lovelace"))
    bench.say("7")
    assert await bench.streams.finish(20.0)
    assert [heard.name for heard in bench.speech.streams.values()] == ["Ada Lovelace"]


async def test_the_bot_does_not_hear_itself(bench: Bench) -> None:
    bench.tell(("d0", "Notetaker"), _7="d0")
    bench.roster.mark_self(["d0"])
    bench.say("7")
    bench.say("8")
    assert await bench.streams.finish(20.0)
    assert [heard.name for heard in bench.speech.streams.values()] == [None]


async def test_the_bot_stops_hearing_itself_once_it_knows_itself(bench: Bench) -> None:
    bench.say("7")
    bench.tell(("d0", "Notetaker"), _7="d0")
    bench.roster.mark_self(["d0"])
    bench.streams.tick(bench.now_ms)
    bench.say("7")
    assert await bench.streams.finish(20.0)
    (heard,) = bench.speech.streams.values()
    assert heard.ended
    assert sum(len(samples) for _, samples in heard.runs) < 1.2 * 16_000


async def test_a_page_that_invents_sources_opens_a_bounded_number_of_streams(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_streams, "MOST_STREAMS", 3)
    for csrc in range(10):
        bench.say(str(csrc), length_ms=100)
    assert bench.streams.count == 3
    assert await bench.streams.finish(20.0)
    assert len(bench.speech.streams) == 3


async def test_the_wait_for_the_last_words_is_bounded(bench: Bench) -> None:
    bench.say("7")
    await wait_until(lambda: bench.speech.streams, within_s=20, what="a stream")
    await bench.speech.aclose()
    assert not await bench.streams.finish(0.2)
