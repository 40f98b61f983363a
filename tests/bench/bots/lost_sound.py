"""How much of what was said did not arrive. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
#: Loudness is looked at in blocks of 10 ms.
BLOCK_S = 0.01
_BLOCK = round(RATE_HZ * BLOCK_S)
#: Root mean square above which a block is speech where it was said, and where it arrived: the codec
#: may make a block a little quieter.
SAID, ARRIVED = 0.01, 0.005
#: Latest arrival, seconds, and how much a jitter buffer may bend time within an utterance. A hole
#: shorter than twice the latter is not seen.
LATEST_S, BEND_S = 0.8, 0.1


@dataclass(frozen=True)
class Said:
    """Speech of one utterance. `lost_s` of `said_s` seconds never arrived."""

    said_s: float
    lost_s: float


def loud_blocks(samples: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Tell for each whole 10 ms of float32[n] at 16 kHz whether it is louder than a threshold."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    loud: NDArray[np.bool_] = np.sqrt(np.mean(np.square(blocks), axis=1)) > threshold
    return loud


def compare(said: NDArray[np.float32], arrived: NDArray[np.float32]) -> Said:
    """Count what is missing.

    Args:
        said: float32[n] at 16 kHz, one utterance.
        arrived: float32[m] at 16 kHz; from the utterance's first sample to at least `LATEST_S`
            after its last. Of all delays the one that explains most is taken.
    """
    source = loud_blocks(said, SAID)
    heard = loud_blocks(arrived, ARRIVED)
    lag = max(
        range(len(heard) - len(source) + 1),
        key=lambda blocks: np.count_nonzero(source & heard[blocks : blocks + len(source)]),
    )
    near = _widen(heard, round(BEND_S / BLOCK_S))[lag : lag + len(source)]
    lost = int(np.count_nonzero(source & ~near))
    return Said(int(np.count_nonzero(source)) * BLOCK_S, lost * BLOCK_S)


def _widen(loud: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    wide: NDArray[np.bool_] = np.convolve(loud, np.ones(2 * by + 1), mode="same") > 0.5
    return wide
