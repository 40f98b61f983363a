"""What one page's microphone sent, for whoever tests the page."""

from __future__ import annotations

import io
import wave
from collections import deque

import numpy as np
from numpy.typing import NDArray

from vexa.simulator.sfu.speech_source import (
    OPUS_RATE_HZ,
    SILENCE_DBOV,
    TICK_MS,
    TICK_SAMPLES,
    level_dbov,
)

#: The newest sound that is kept, seconds: our own choice; 5.8 MB.
KEPT_S = 60


class Microphone:
    """Keeps the newest sound of a page, across its connections.

    Args:
        kept_s: length that is kept, seconds.
    """

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._blocks: deque[bytes] = deque(maxlen=round(kept_s * 1000 / TICK_MS))
        self._samples = 0
        #: Loudness of the loudest 20 ms ever sent: 0 is full scale, -127 silence (RFC 6464).
        self.loudest_dbov = SILENCE_DBOV

    @property
    def sent_s(self) -> float:
        """Length of all that was sent, silence included, seconds."""
        return self._samples / OPUS_RATE_HZ

    def take(self, block: NDArray[np.int16]) -> None:
        """Take 20 ms: int16[960], mono, 48 kHz."""
        assert len(block) == TICK_SAMPLES
        self._samples += len(block)
        self.loudest_dbov = max(self.loudest_dbov, level_dbov(block))
        self._blocks.append(block.astype("<i2").tobytes())

    def wav(self) -> bytes:
        """Write what is kept as a sound file: 48 kHz, 16 bit, mono; empty when nothing came."""
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(OPUS_RATE_HZ)
            sound.writeframes(b"".join(self._blocks))
        return file.getvalue()
