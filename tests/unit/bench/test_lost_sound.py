"""The bench of bots counts what did not arrive, and nothing that came late or bent."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.bots.lost_sound import LATEST_S, RATE_HZ, compare

Sound = NDArray[np.float32]
SAID_S, PAUSE_S = 4.0, 0.1
PAUSES_S = (0.3, 0.9, 1.8, 3.2)
#: Sound beside a hole may be alike, and a window reaches into its neighbours, seconds.
EDGE_S = 0.08


def at(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def speech() -> Sound:
    """Sounds of 80 ms, each noise of a colour of its own, with four pauses."""
    dice = np.random.default_rng(1)
    length, sounds = at(0.08), []
    for _ in range(round(SAID_S / 0.08)):
        spectrum = np.fft.rfft(dice.normal(0, 0.1, length))
        gains_db = np.interp(
            np.arange(len(spectrum)), np.geomspace(1, 640, 9), dice.normal(0, 8, 9)
        )
        sounds.append(np.fft.irfft(spectrum * 10 ** (gains_db / 20), length))
    said = np.concatenate(sounds).astype(np.float32)
    for pause_s in PAUSES_S:
        said[at(pause_s) : at(pause_s + PAUSE_S)] = 0
    return said


def late(by_s: float) -> Sound:
    """What arrives of it so late, not quite the same."""
    said = speech()
    arrived = np.zeros(len(said) + at(LATEST_S), np.float32)
    changed = np.random.default_rng(2).normal(1, 0.05, len(said))
    arrived[at(by_s) : at(by_s) + len(said)] = said * changed
    return arrived


@pytest.mark.parametrize("by_s", [0.0, 0.15, 0.6])
def test_late_is_not_lost(by_s: float) -> None:
    result = compare(speech(), late(by_s))
    assert result.said_s == pytest.approx(SAID_S - len(PAUSES_S) * PAUSE_S, abs=4 * EDGE_S)
    assert result.lost_s <= 0.02


def test_what_comes_later_from_some_word_on_is_not_lost() -> None:
    still = np.insert(late(0.1), at(2.1), np.zeros(at(0.3), np.float32))
    assert compare(speech(), still).lost_s <= 0.03


def test_a_slow_bend_is_not_lost() -> None:
    arrived = late(0.1)
    bent = np.interp(np.arange(0, len(arrived), 0.98), np.arange(len(arrived)), arrived)
    assert compare(speech(), bent.astype(np.float32)).lost_s <= 0.1


def test_a_hole_is_lost() -> None:
    arrived = late(0.15)
    arrived[at(2.15) : at(2.45)] = 0
    assert compare(speech(), arrived).lost_s == pytest.approx(0.3, abs=EDGE_S)


def test_what_was_cut_out_is_lost_though_nothing_is_silent() -> None:
    arrived = np.append(late(0.5), np.zeros(at(0.3), np.float32))
    cut = np.delete(arrived, np.s_[at(2.5) : at(2.8)])
    assert compare(speech(), cut).lost_s == pytest.approx(0.3, abs=EDGE_S)


def test_other_sound_in_its_place_does_not_make_it_arrive() -> None:
    arrived = late(0.15)
    arrived[at(2.15) : at(2.55)] = speech()[at(3.4) : at(3.8)]
    assert compare(speech(), arrived).lost_s == pytest.approx(0.4, abs=EDGE_S)


def test_an_end_cut_off_is_lost() -> None:
    arrived = late(0.1)
    arrived[at(3.1) :] = 0
    # the last pause is no speech
    assert compare(speech(), arrived).lost_s == pytest.approx(0.9, abs=EDGE_S)


def test_nothing_came() -> None:
    result = compare(speech(), np.zeros(at(SAID_S + LATEST_S), np.float32))
    assert result.lost_s == pytest.approx(result.said_s)
