"""The audio of one stream that is not yet safe: kept until the speech server says so. Pure.

Positions count samples from the start of the stream, gaps included; a gap costs no memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vexa.contracts.audio import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.int16]

#: Most sound that is kept, samples: ten minutes of speech, 19 MB.
MOST_SAMPLES = 600 * SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of sound, or a gap when `samples` is None."""

    start: int
    length: int
    samples: Samples | None

    @property
    def end(self) -> int:
        """Position after the last sample."""
        return self.start + self.length

    def since(self, position: int) -> Run:
        """Return the part from `position` on; `position` lies inside."""
        skipped = max(0, position - self.start)
        samples = None if self.samples is None else self.samples[skipped:]
        return Run(self.start + skipped, self.length - skipped, samples)


class Backlog:
    """Grows at the end, is forgotten from the front."""

    def __init__(self, most_samples: int = MOST_SAMPLES) -> None:
        self._most = most_samples
        self._runs: deque[Run] = deque()
        self._held = 0
        self.end = 0
        self.dropped = 0

    def add(self, samples: Samples) -> None:
        """Add sound. Beyond the bound the oldest sound becomes a gap, and is counted."""
        self._append(Run(self.end, len(samples), samples))
        self._held += len(samples)
        while self._held > self._most:
            self._drop_oldest_sound()

    def skip(self, samples: int) -> None:
        """Add a gap."""
        self._append(Run(self.end, samples, None))

    def _append(self, run: Run) -> None:
        if run.length > 0:
            self._runs.append(run)
            self.end = run.end

    def _drop_oldest_sound(self) -> None:
        for index, run in enumerate(self._runs):
            if run.samples is not None:
                self._runs[index] = Run(run.start, run.length, None)
                self._held -= run.length
                self.dropped += run.length
                return

    def forget(self, position: int) -> None:
        """Let go of everything before `position`."""
        while self._runs and self._runs[0].end <= position:
            run = self._runs.popleft()
            if run.samples is not None:
                self._held -= run.length

    def after(self, position: int) -> Run | None:
        """Return what comes at `position`: the rest of a run, or a gap for what is forgotten."""
        if position >= self.end:
            return None
        for run in self._runs:
            if run.start > position:
                return Run(position, run.start - position, None)
            if run.end > position:
                return run.since(position)
        return Run(position, self.end - position, None)
