"""Cameras of the others: one short moving picture, encoded once, sent to every page in a loop."""

from __future__ import annotations

import asyncio
import functools
import math
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


class Cameras:
    """The others' pictures for one page: as many as its meeting has, while it wants them.

    Args:
        count: pictures.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        #: Frames that were sent so far, of all pictures.
        self.sent = 0
        self._wanted = asyncio.Event()
        self._wanted.set()

    @property
    def is_wanted(self) -> bool:
        """Whether frames are sent."""
        return self._wanted.is_set()

    def want(self, is_wanted: bool) -> None:
        """Send frames from now on, or none."""
        if is_wanted:
            self._wanted.set()
        else:
            self._wanted.clear()

    async def until_wanted(self) -> None:
        """Wait for it."""
        await self._wanted.wait()

    def new_tracks(self) -> list[CameraTrack]:
        """Make tracks for a new connection of the page."""
        return [CameraTrack(self) for _ in range(self.count)]


class CameraTrack(MediaStreamTrack):
    """One camera as one page gets it, in real time."""

    kind = "video"

    def __init__(self, cameras: Cameras) -> None:
        super().__init__()
        self._cameras = cameras
        self._started_s: float | None = None
        self._next = 0
        #: Number of the frame that the loop, with its key frame, began at.
        self._key = 0

    async def recv(self) -> CameraPacket:  # type: ignore[override]
        """Wait until the next frame is due and wanted. Raises MediaStreamError once stopped."""
        if self._started_s is None:
            self._started_s = time.monotonic()
        if not self._cameras.is_wanted:
            await self._cameras.until_wanted()
            self._next = self._key = math.ceil((time.monotonic() - self._started_s) * FRAMES_S)
        due_s = self._started_s + self._next / FRAMES_S
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        if self.readyState != "live":
            raise MediaStreamError
        loop = camera_loop()
        packet = CameraPacket(loop[(self._next - self._key) % len(loop)], self._next)
        self._next += 1
        self._cameras.sent += 1
        return packet
