"""The picture that cameras send."""

from __future__ import annotations

import asyncio
import time

import av
from aiortc.codecs.vpx import Vp8Encoder

from vexa.simulator.sfu.camera import FRAMES_S, HEIGHT, WIDTH, Cameras, camera_loop


def test_the_loop_can_be_played_again_and_again() -> None:
    decoder = av.CodecContext.create("libvpx", "r")
    frames = [
        frame
        for payload in (*camera_loop(), *camera_loop())
        for frame in decoder.decode(av.Packet(payload))
        if isinstance(frame, av.VideoFrame)
    ]
    assert len(frames) == 2 * len(camera_loop())
    assert {(frame.width, frame.height) for frame in frames} == {(WIDTH, HEIGHT)}
    first, later = (frames[at].to_ndarray(format="gray") for at in (0, FRAMES_S))
    assert (first != later).mean() > 0.5


async def test_frames_come_in_real_time_on_the_clock_of_video() -> None:
    (track,) = Cameras(1).new_tracks()
    started_s = time.monotonic()
    packets = [await track.recv() for _ in range(4)]
    assert time.monotonic() - started_s >= 3 / FRAMES_S - 0.01
    encoder = Vp8Encoder()
    times = [encoder.pack(packet)[1] for packet in packets]  # type: ignore[arg-type]
    assert times == [0, 6000, 12000, 18000]


async def test_pictures_wait_while_unwanted_and_begin_again_with_a_key_frame() -> None:
    cameras = Cameras(2)
    first, second = cameras.new_tracks()
    await first.recv()
    cameras.want(False)
    waiting = asyncio.create_task(second.recv())
    await asyncio.sleep(3 / FRAMES_S)
    assert not waiting.done()
    assert cameras.sent == 1
    cameras.want(True)
    assert bytes(await waiting) == camera_loop()[0]
    assert (await first.recv()).pts == 1
    assert cameras.sent == 3
