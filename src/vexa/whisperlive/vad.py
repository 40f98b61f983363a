"""Speech or not, for each frame of 32 ms: Silero VAD, or loudness for coded audio."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from faster_whisper.vad import get_vad_model

from vexa.whisperlive.buffer import FRAME_SAMPLES
from vexa.whisperlive.engines.base import SILENT_PEAK, Gate, Samples

#: Samples before a frame that Silero sees with it, and the width of its memory: the network's own.
CONTEXT_SAMPLES = 64
STATE_WIDTH = 128


class Vad(Protocol):
    """Follows one stream; not safe for two threads at a time."""

    def probabilities(self, samples: Samples) -> list[float]:
        """Return the probability of speech for each 512 samples of float32[k · 512]."""
        ...


class SileroVad:
    """Silero as faster-whisper carries it (ADR 0025). All streams share the weights."""

    def __init__(self) -> None:
        self._network = get_vad_model().session
        self._h = np.zeros((1, 1, STATE_WIDTH), dtype=np.float32)
        self._c = np.zeros((1, 1, STATE_WIDTH), dtype=np.float32)
        self._before = np.zeros((1, CONTEXT_SAMPLES), dtype=np.float32)

    def probabilities(self, samples: Samples) -> list[float]:
        """Return the probability of speech for each 512 samples; see `Vad`."""
        frames = samples.reshape(-1, FRAME_SAMPLES)
        is_silent = np.max(np.abs(frames), axis=1) < SILENT_PEAK
        if is_silent.all():
            return [0.0] * len(frames)
        tails = frames[:, -CONTEXT_SAMPLES:]
        with_context = np.hstack([np.vstack([self._before, tails[:-1]]), frames])
        self._before = tails[-1:].copy()
        found, self._h, self._c = self._network.run(
            None, {"input": with_context, "h": self._h, "c": self._c}
        )
        heard: list[float] = np.where(is_silent, 0.0, np.ravel(found)).tolist()
        return heard


class LoudnessVad:
    """Takes every frame that is not silent for speech."""

    def probabilities(self, samples: Samples) -> list[float]:
        """Return 1 for each 512 samples that are not silent; see `Vad`."""
        peaks = np.max(np.abs(samples.reshape(-1, FRAME_SAMPLES)), axis=1)
        return [1.0 if peak >= SILENT_PEAK else 0.0 for peak in peaks.tolist()]


def make_vad(gate: Gate) -> Vad:
    """Make the detector of one stream."""
    return SileroVad() if gate == "speech" else LoudnessVad()
