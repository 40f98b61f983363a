"""A mix is the sum of who speaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vexa.simulator.sfu.mixing import Mixer
from vexa.simulator.sfu.speech_source import OPUS_RATE_HZ, TICK_SAMPLES, encode_sound

TICKS = 25


def tone(hz: int, peak: int) -> NDArray[np.int16]:
    at_s = np.arange(TICKS * TICK_SAMPLES) / OPUS_RATE_HZ
    return (peak * np.sin(2 * np.pi * hz * at_s)).astype(np.int16)


def level(mixed: NDArray[np.int16], hz: int) -> float:
    """Amplitude of one frequency in the later part, which the codec has settled by."""
    part = mixed[5 * TICK_SAMPLES :].astype(float)
    at_s = np.arange(len(part)) / OPUS_RATE_HZ
    return float(2 * abs(np.mean(part * np.exp(-2j * np.pi * hz * at_s))))


def test_both_voices_are_in_the_mix_and_silence_is_nothing() -> None:
    low, high = encode_sound(tone(400, 6_000)), encode_sound(tone(1_000, 3_000))
    mixer = Mixer()
    assert mixer.mix({}) is None
    blocks = [mixer.mix({1: low[tick], 2: high[tick]}) for tick in range(TICKS)]
    mixed = np.concatenate([block for block in blocks if block is not None])
    assert mixed.dtype == np.int16
    assert len(mixed) == TICKS * TICK_SAMPLES
    assert abs(level(mixed, 400) - 6_000) < 600
    assert abs(level(mixed, 1_000) - 3_000) < 300


def test_what_is_too_loud_is_clipped_and_does_not_wrap() -> None:
    loud = encode_sound(tone(400, 30_000))
    mixer = Mixer()
    for tick in range(TICKS):
        mixed = mixer.mix({1: loud[tick], 2: loud[tick]})
    assert mixed is not None
    assert mixed.max() == 32_767
    assert np.abs(np.diff(mixed.astype(int))).max() < 10_000
