"""How much of what was said did not arrive. Pure.

What was said is looked for in what arrived by its sound, block by block, in order. A jitter buffer
bends time a little, and a sender that stands still moves all that follows: neither is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
#: Sound is compared in blocks of 10 ms, by the levels of 20 bands of 25 ms around each.
BLOCK_S = 0.01
_BLOCK, _WINDOW, _FFT = round(RATE_HZ * BLOCK_S), round(RATE_HZ * 0.025), 512
_BANDS_HZ = np.geomspace(120, 6500, 21)
#: A block is speech where it is at most so much quieter than the utterance's loudest one, dB; what
#: is quieter than the second, by the codec's noise too, counts as nothing.
_SPEECH_DB, _NOTHING_DB = 30.0, 58.0
#: Latest arrival, seconds.
LATEST_S = 0.8
#: Mean difference of the bands from which a block is not the one that was said, dB. So many such
#: blocks are a hole, if no more blocks between two of them are alike: fewer are what a jitter
#: buffer makes where it bends time. Cost of a delay that changes by one block, that grows at once,
#: as where the sender stood still, and that shrinks at once: as much as so many dB in one block.
#: With these, 189 utterances of ten bots whose double stood still now and then are whole; of holes
#: of 0.1 s that were cut into them a third of the speech counts as lost, of 0.2 and 0.3 s 70 and
#: 73 %: elsewhere somebody sounds alike.
_OTHER_DB, _HOLE_BLOCKS, _ALIKE_BLOCKS = 4.0, 8, 2
_BEND_DB, _LATER_DB, _SOONER_DB = 4.0, 30.0, 150.0
#: No block differs by more than this, dB.
_MOST_DB = 20.0

Levels = NDArray[np.float64]


@dataclass(frozen=True)
class Said:
    """Speech of one utterance. `lost_s` of `said_s` seconds never arrived."""

    said_s: float
    lost_s: float


def compare(said: NDArray[np.float32], arrived: NDArray[np.float32]) -> Said:
    """Count what is missing.

    Args:
        said: float32[n] at 16 kHz, one utterance.
        arrived: float32[m] at 16 kHz; from the utterance's first sample to at least `LATEST_S`
            after its last.
    """
    source, heard = _levels(said), _levels(arrived)
    loudness = 10 * np.log10(np.sum(10 ** (source / 10), axis=1))
    is_speech = loudness > loudness.max() - _SPEECH_DB
    nothing_db = loudness.max() - _NOTHING_DB
    differences = _differences(np.maximum(source, nothing_db), np.maximum(heard, nothing_db))
    is_lost = is_speech & _holes(is_speech & (_least(differences) > _OTHER_DB))
    return Said(int(is_speech.sum()) * BLOCK_S, int(is_lost.sum()) * BLOCK_S)


def _levels(samples: NDArray[np.float32]) -> Levels:
    """Return the levels of the bands, dB, float64[blocks, 20]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_BLOCK]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), _FFT)) ** 2
    edges = np.searchsorted(np.fft.rfftfreq(_FFT, 1 / RATE_HZ), _BANDS_HZ)
    bands = [
        power[:, low : max(high, low + 1)].sum(axis=1) for low, high in pairwise(edges.tolist())
    ]
    levels: Levels = 10 * np.log10(np.stack(bands, axis=1) + 1e-9)
    return levels


def _differences(source: Levels, heard: Levels) -> Levels:
    """Return how much each block differs from what arrived at each delay, dB, [blocks, delays]."""
    delays = len(heard) - len(source) + 1
    rows = [np.abs(block - heard[at : at + delays]).mean(axis=1) for at, block in enumerate(source)]
    differences: Levels = np.minimum(np.stack(rows), _MOST_DB)
    return differences


def _least(differences: Levels) -> Levels:
    """Return the difference of each block along the cheapest way through the delays."""
    delays = np.arange(differences.shape[1])
    cost, came_from = differences[0], []
    for row in differences[1:]:
        ways = [
            (cost, delays),
            (np.append(np.inf, cost[:-1]) + _BEND_DB, delays - 1),
            (np.append(cost[1:], np.inf) + _BEND_DB, delays + 1),
            (np.full_like(cost, cost.min() + _SOONER_DB), np.full_like(delays, cost.argmin())),
            _from_sooner(cost, delays),
        ]
        costs = np.stack([way for way, _ in ways])
        best = costs.argmin(axis=0)
        came_from.append(np.stack([before for _, before in ways])[best, delays])
        cost = costs[best, delays] + row
    way = [int(cost.argmin())]
    for before in reversed(came_from):
        way.append(int(before[way[-1]]))
    least: Levels = differences[np.arange(len(differences)), way[::-1]]
    return least


def _from_sooner(cost: Levels, delays: NDArray[np.int_]) -> tuple[Levels, NDArray[np.int_]]:
    """Return for each delay the cost from the cheapest shorter one, and which that is."""
    cheapest = np.minimum.accumulate(cost)
    at = np.maximum.accumulate(np.where(cost <= cheapest, delays, 0))
    return cheapest + _LATER_DB, at


def _holes(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the stretches of blocks that are mostly found and long enough to be a hole."""
    edges = np.flatnonzero(np.diff(found, prepend=False, append=False)).tolist()
    stretches: list[tuple[int, int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        goes_on = bool(stretches) and start - stretches[-1][1] <= _ALIKE_BLOCKS
        stretches.append((stretches.pop()[0], end) if goes_on else (start, end))
    holes = np.zeros_like(found)
    for start, end in stretches:
        holes[start:end] = end - start >= _HOLE_BLOCKS
    return holes
