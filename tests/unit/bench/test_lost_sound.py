"""The bench of bots counts what did not arrive."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.bots.lost_sound import LATEST_S, RATE_HZ, compare

SAID_S = 4.0


def speech() -> NDArray[np.float32]:
    """Noise with four uneven pauses of 0.1 s."""
    noise = np.random.default_rng(1).normal(0, 0.1, round(SAID_S * RATE_HZ)).astype(np.float32)
    for pause_s in (0.3, 0.9, 1.8, 3.2):
        noise[round(pause_s * RATE_HZ) : round((pause_s + 0.1) * RATE_HZ)] = 0
    return noise


def late(said: NDArray[np.float32], by_s: float) -> NDArray[np.float32]:
    arrived = np.zeros(len(said) + round(LATEST_S * RATE_HZ), np.float32)
    start = round(by_s * RATE_HZ)
    arrived[start : start + len(said)] = said
    return arrived


@pytest.mark.parametrize("by_s", [0.0, 0.15, 0.6])
def test_late_is_not_lost(by_s: float) -> None:
    result = compare(speech(), late(speech(), by_s))
    assert result.said_s == pytest.approx(SAID_S - 0.4)
    assert result.lost_s == 0


def test_a_hole_is_lost_but_for_the_bend_at_its_edges() -> None:
    arrived = late(speech(), 0.15)
    arrived[round(2.15 * RATE_HZ) : round(3.15 * RATE_HZ)] = 0
    assert compare(speech(), arrived).lost_s == pytest.approx(0.8, abs=0.03)


def test_an_end_cut_off_is_lost() -> None:
    arrived = late(speech(), 0.1)
    arrived[round(3.1 * RATE_HZ) :] = 0
    # the last pause is no speech
    assert compare(speech(), arrived).lost_s == pytest.approx(0.8, abs=0.03)


def test_nothing_came() -> None:
    assert compare(speech(), late(speech(), 0.1) * 0).lost_s == pytest.approx(SAID_S - 0.4)
