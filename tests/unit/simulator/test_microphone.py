"""What a page's microphone sent is counted whole and kept as far as it is new."""

from __future__ import annotations

import io
import wave

import numpy as np

from vexa.simulator.sfu.microphone import Microphone
from vexa.simulator.sfu.speech_source import SILENCE_DBOV, TICK_SAMPLES
from vexa.simulator.sfu.talkers import LiveTalker

LOUD = np.full(TICK_SAMPLES, 3277, np.int16)
SILENT = np.zeros(TICK_SAMPLES, np.int16)


def samples(microphone: Microphone) -> list[int]:
    with wave.open(io.BytesIO(microphone.wav())) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48_000, 1, 2)
        return list(np.frombuffer(sound.readframes(sound.getnframes()), "<i2"))


def test_a_page_that_sends_nothing_has_an_empty_file() -> None:
    microphone = Microphone()
    assert samples(microphone) == []
    assert (microphone.sent_s, microphone.loudest_dbov) == (0.0, SILENCE_DBOV)


def test_silence_counts_and_is_no_sound() -> None:
    microphone = Microphone()
    microphone.take(SILENT)
    assert (microphone.sent_s, microphone.loudest_dbov) == (0.02, SILENCE_DBOV)


def test_the_newest_sound_is_kept_and_the_loudest_is_remembered() -> None:
    microphone = Microphone(kept_s=0.04)
    for block in (LOUD, SILENT, SILENT):
        microphone.take(block)
    assert (microphone.sent_s, microphone.loudest_dbov) == (0.06, -20)
    assert samples(microphone) == [0] * (2 * TICK_SAMPLES)


def test_a_talker_hands_on_all_that_came_in_whole_blocks() -> None:
    microphone = Microphone()
    talker = LiveTalker(5)
    talker.keep = microphone.take
    talker.take(LOUD[:500])
    assert microphone.sent_s == 0.0
    talker.take(np.concatenate([LOUD[500:], SILENT, LOUD[:10]]))
    assert samples(microphone) == [3277] * TICK_SAMPLES + [0] * TICK_SAMPLES
