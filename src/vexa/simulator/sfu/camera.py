"""Cameras of the others: one short moving picture, encoded once, sent to every page in a loop."""

from __future__ import annotations

import asyncio
import functools
import time
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

#: A tile's size and rate, and what the picture may cost: the thumbnails of a small meeting.
WIDTH, HEIGHT, FRAMES_S = 320, 180, 15
BIT_RATE = 200_000
#: The loop begins with the only key frame, so a page shows its picture after this at the latest.
LOOP_FRAMES = 4 * FRAMES_S


@dataclass(frozen=True)
class CameraPacket:
    """One VP8 frame on its way to aiortc's sender; has what the sender reads of an `av.Packet`.

    `pts` counts frames since the track's first.
    """

    payload: bytes
    pts: int
    time_base: Fraction = Fraction(1, FRAMES_S)

    def __bytes__(self) -> bytes:
        return self.payload


@functools.cache
def camera_loop() -> tuple[bytes, ...]:
    """Encode the loop: VP8 frames, a key frame first."""
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.time_base = Fraction(1, FRAMES_S)
    codec.bit_rate = BIT_RATE
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": "999"}
    across, down = np.arange(WIDTH)[np.newaxis, :], np.arange(HEIGHT)[:, np.newaxis]
    packets: list[bytes] = []
    for number in range(LOOP_FRAMES):
        colours = (2 * across + 0 * down + 4 * number, 2 * down + 0 * across, across + down)
        pixels = (np.stack(colours, axis=-1) % 256).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, codec.time_base
        packets += map(bytes, codec.encode(frame))
    return (*packets, *map(bytes, codec.encode(None)))


class CameraTrack(MediaStreamTrack):
    """One camera as one page gets it, in real time."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._started_s: float | None = None
        self._sent = 0

    async def recv(self) -> CameraPacket:  # type: ignore[override]
        """Wait until the next frame is due. Raises MediaStreamError once stopped."""
        if self.readyState != "live":
            raise MediaStreamError
        now_s = time.monotonic()
        if self._started_s is None:
            self._started_s = now_s
        due_s = self._started_s + self._sent / FRAMES_S
        await asyncio.sleep(max(0.0, due_s - now_s))
        loop = camera_loop()
        packet = CameraPacket(loop[self._sent % len(loop)], self._sent)
        self._sent += 1
        return packet
