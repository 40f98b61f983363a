"""The grid of frames, and memory for audio only."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vexa.whisperlive.buffer import FRAME_SAMPLES, AudioBuffer, AudioRun, FrameCutter

PIECES = st.lists(st.tuples(st.booleans(), st.integers(0, 3000)), max_size=20)


def ramp(start: int, length: int) -> np.ndarray:
    return np.arange(start + 1, start + 1 + length, dtype=np.float32)


@given(PIECES, st.integers(0, 5000))
@settings(deadline=None)
def test_what_is_read_is_what_was_sent_and_zeros_for_gaps(
    pieces: list[tuple[bool, int]], first: int
) -> None:
    cutter, buffer = FrameCutter(first), AudioBuffer()
    sent = [np.zeros(first, dtype=np.float32)]
    position = first
    for is_gap, length in pieces:
        runs = cutter.skip(length) if is_gap else cutter.push(ramp(position, length))
        sent.append(np.zeros(length, np.float32) if is_gap else ramp(position, length))
        position += length
        assert cutter.position == position
        for run in runs:
            assert run.start % FRAME_SAMPLES == 0
            if isinstance(run, AudioRun):
                assert len(run.samples) % FRAME_SAMPLES == 0
                buffer.add(run)
    whole = np.concatenate(sent)
    start = first - first % FRAME_SAMPLES
    end = position - position % FRAME_SAMPLES
    np.testing.assert_array_equal(buffer.read(start, end), whole[start:end])
    assert buffer.held_samples <= len(whole) + FRAME_SAMPLES


def test_what_is_forgotten_takes_no_memory_and_reads_as_zeros() -> None:
    buffer = AudioBuffer()
    for start in range(0, 5120, 512):
        buffer.add(AudioRun(start, ramp(start, 512)))
    buffer.forget_before(2000)
    assert buffer.held_samples == 5120 - 1536
    assert not buffer.read(0, 1536).any()
    np.testing.assert_array_equal(buffer.read(2000, 3000), ramp(2000, 1000))
