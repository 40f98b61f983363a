"""One mix of several people's packets, for platforms whose server mixes."""

from __future__ import annotations

from collections.abc import Mapping

import av
import numpy as np
from numpy.typing import NDArray

from vexa.simulator.sfu.speech_source import OPUS_RATE_HZ, TICK_SAMPLES, OpusPacket


class Mixer:
    """Decodes each stream with a decoder of its own and adds them up."""

    def __init__(self) -> None:
        self._decoders: dict[int, av.AudioCodecContext] = {}

    def mix(self, sounds: Mapping[int, OpusPacket]) -> NDArray[np.int16] | None:
        """Return one tick, int16[960], mono, 48 kHz; None when nobody makes a sound.

        Args:
            sounds: stream id → its sound of this tick.
        """
        if not sounds:
            return None
        total = np.zeros(TICK_SAMPLES, np.int32)
        for stream, sound in sounds.items():
            total += self._decoded(stream, sound)
        return np.clip(total, -32768, 32767).astype(np.int16)

    def _decoded(self, stream: int, sound: OpusPacket) -> NDArray[np.int32]:
        decoder = self._decoders.get(stream)
        if decoder is None:
            decoder = av.AudioCodecContext.create("libopus", "r")
            self._decoders[stream] = decoder
            decoder.layout = "mono"
            decoder.sample_rate = OPUS_RATE_HZ
        frames = [frame.to_ndarray()[0] for frame in decoder.decode(av.Packet(sound.payload))]
        samples = np.concatenate(frames) if frames else np.zeros(0, np.int16)
        block = np.zeros(TICK_SAMPLES, np.int32)
        block[: len(samples)] = samples[:TICK_SAMPLES]
        return block
