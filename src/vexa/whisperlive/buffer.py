"""Pure: the stream of one session as a grid of frames, and the part of it that is still needed.

The grid counts from sample 0 in steps of 512 (32 ms at 16 kHz, the one frame size that Silero
takes). How the sender splits its audio therefore changes nothing. Gaps are time without bytes:
they cost no memory, however long.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from vexa.whisperlive.engines.base import Samples

FRAME_SAMPLES = 512


@dataclass(frozen=True, slots=True)
class AudioRun:
    """Whole frames of audio. `start` is the position of the first sample."""

    start: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class GapRun:
    """Whole frames in which nothing was sent; `samples` is a length."""

    start: int
    samples: int


Run = AudioRun | GapRun


class FrameCutter:
    """Cuts what arrives into whole frames on the grid.

    A frame that a gap begins or ends in is filled with zeros, so it is a frame of audio.
    """

    def __init__(self, position: int) -> None:
        """Begin at `position` samples from sample 0; samples before it are the sender's past."""
        self._start = position - position % FRAME_SAMPLES
        self._held: list[Samples] = []
        self._held_samples = 0
        if position > self._start:
            self._hold(np.zeros(position - self._start, dtype=np.float32))

    @property
    def position(self) -> int:
        """Number of samples heard or skipped since sample 0."""
        return self._start + self._held_samples

    def push(self, samples: Samples) -> list[Run]:
        """Add audio; return the frames that are now whole."""
        self._hold(samples)
        return self._take_whole()

    def skip(self, samples: int) -> list[Run]:
        """Let `samples` of time pass without audio; return the frames that are now whole."""
        runs: list[Run] = []
        missing = -self._held_samples % FRAME_SAMPLES
        if self._held_samples:
            filled = min(missing, samples)
            self._hold(np.zeros(filled, dtype=np.float32))
            samples -= filled
            runs += self._take_whole()
        whole = samples - samples % FRAME_SAMPLES
        if whole:
            runs.append(GapRun(self._start, whole))
            self._start += whole
        if samples > whole:
            self._hold(np.zeros(samples - whole, dtype=np.float32))
        return runs

    def _hold(self, samples: Samples) -> None:
        if len(samples):
            self._held.append(samples)
            self._held_samples += len(samples)

    def _take_whole(self) -> list[Run]:
        whole = self._held_samples - self._held_samples % FRAME_SAMPLES
        if not whole:
            return []
        joined = np.concatenate(self._held)
        self._held = [joined[whole:]] if len(joined) > whole else []
        self._held_samples = len(joined) - whole
        run = AudioRun(self._start, joined[:whole])
        self._start += whole
        return [run]


class AudioBuffer:
    """Audio by position. Only what was added and not forgotten takes memory."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._blocks: list[Samples] = []

    @property
    def held_samples(self) -> int:
        """How many samples are in memory."""
        return sum(len(block) for block in self._blocks)

    def add(self, run: AudioRun) -> None:
        """Keep a run that begins at or after the end of everything added before."""
        self._starts.append(run.start)
        self._blocks.append(run.samples)

    def read(self, start: int, end: int) -> Samples:
        """Return float32[end − start]; zeros where there was a gap, or what is forgotten."""
        out = np.zeros(max(0, end - start), dtype=np.float32)
        first = max(0, bisect_right(self._starts, start) - 1)
        for index in range(first, len(self._starts)):
            begin, block = self._starts[index], self._blocks[index]
            if begin >= end:
                break
            low, high = max(start, begin), min(end, begin + len(block))
            if low < high:
                out[low - start : high - start] = block[low - begin : high - begin]
        return out

    def forget_before(self, position: int) -> None:
        """Free the blocks that end at or before `position`."""
        keep = 0
        while keep < len(self._starts):
            if self._starts[keep] + len(self._blocks[keep]) > position:
                break
            keep += 1
        del self._starts[:keep]
        del self._blocks[:keep]
