"""Sound files become 20 ms Opus packets, once for each file and gain.

An utterance is encoded when it is scheduled, so that playing it costs only copying of bytes,
whatever the number of receivers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from vexa.contracts.errors import InvalidInput

#: The RTP clock of Opus (RFC 7587) and the rate it is encoded at here.
OPUS_RATE_HZ = 48_000
TICK_MS = 20
TICK_SAMPLES = OPUS_RATE_HZ * TICK_MS // 1000

#: Transparent for one voice; Meet's own rate is not known.
BIT_RATE = 64_000

#: Digital silence in the audio-level extension (RFC 6464).
SILENCE_DBOV = -127


@dataclass(frozen=True)
class OpusPacket:
    """20 ms of sound. `level_dbov`: 0 is full scale, -127 silence (RFC 6464)."""

    payload: bytes
    level_dbov: int


class OpusEncoder:
    """Encodes mono blocks of 960 samples (int16, 48 kHz), one packet each."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "w")
        codec.bit_rate = BIT_RATE
        codec.format = "s16"
        codec.layout = "mono"
        codec.sample_rate = OPUS_RATE_HZ
        codec.time_base = Fraction(1, OPUS_RATE_HZ)
        codec.options = {"application": "audio", "frame_duration": str(TICK_MS)}
        self._codec = codec
        self._position = 0

    def encode(self, block: NDArray[np.int16]) -> list[OpusPacket]:
        """Encode one block; the first call may yield nothing."""
        frame = av.AudioFrame.from_ndarray(block[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = OPUS_RATE_HZ
        frame.pts = self._position
        self._position += len(block)
        level = level_dbov(block)
        return [OpusPacket(bytes(packet), level) for packet in self._codec.encode(frame)]


def level_dbov(block: NDArray[np.int16]) -> int:
    """Loudness of a block as RFC 6464 counts it: 0 to -127."""
    power = float(np.mean(np.square(block.astype(np.float64) / 32768.0))) if len(block) else 0.0
    if power <= 0.0:
        return SILENCE_DBOV
    return int(np.clip(round(10 * np.log10(power)), SILENCE_DBOV, 0))


def read_sound(path: Path) -> NDArray[np.int16]:
    """Decode a sound file to int16[n], mono, 48 kHz.

    Raises:
        InvalidInput: the file is missing or holds no sound.
    """
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=OPUS_RATE_HZ)
            blocks = [
                out.to_ndarray()[0]
                for frame in container.decode(audio=0)
                for out in resampler.resample(frame)
            ]
            blocks += [out.to_ndarray()[0] for out in resampler.resample(None)]
    except (OSError, IndexError, av.FFmpegError) as exc:
        raise InvalidInput(f"{path.name} is not a readable sound file", field="file") from exc
    return np.concatenate(blocks).astype(np.int16)


def encode_sound(samples: NDArray[np.int16], gain: float = 1.0) -> tuple[OpusPacket, ...]:
    """Encode int16[n], mono, 48 kHz; the last block is padded with silence to 20 ms."""
    loud = np.clip(samples.astype(np.float64) * gain, -32768, 32767).astype(np.int16)
    padding = -len(loud) % TICK_SAMPLES
    blocks = np.concatenate([loud, np.zeros(padding, np.int16)]).reshape(-1, TICK_SAMPLES)
    encoder = OpusEncoder()
    return tuple(packet for block in blocks for packet in encoder.encode(block))


class SpeechLibrary:
    """Encoded files, each kept once."""

    def __init__(self) -> None:
        self._encoded: dict[tuple[Path, float], tuple[OpusPacket, ...]] = {}

    async def load(self, path: Path, gain: float = 1.0) -> tuple[OpusPacket, ...]:
        """Return the packets of a file, encoding it in a thread the first time.

        Raises:
            InvalidInput: the file is missing or holds no sound.
        """
        key = (path, gain)
        if key not in self._encoded:
            self._encoded[key] = await asyncio.to_thread(
                lambda: encode_sound(read_sound(path), gain)
            )
        return self._encoded[key]
