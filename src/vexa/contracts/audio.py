"""The one audio format between a bot and the speech server."""

from __future__ import annotations

#: Whisper's and Silero's input rate.
SAMPLE_RATE_HZ = 16_000
#: Samples in one millisecond.
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000
