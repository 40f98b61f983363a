"""Sound is kept until it is safe, at its place, and within a bound."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vexa.bot.backlog import Backlog


def ramp(start: int, length: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Samples that tell their own position."""
    return np.arange(start, start + length, dtype=np.int16)


def sent_from(backlog: Backlog, position: int) -> list[int | None]:
    """Everything from a position, sample by sample; None is a gap."""
    out: list[int | None] = []
    while (run := backlog.after(position)) is not None:
        assert run.start == position
        out += [None] * run.length if run.samples is None else [int(s) for s in run.samples]
        position = run.end
    return out


def test_everything_is_sent_again_until_it_is_durable() -> None:
    backlog = Backlog()
    backlog.add(ramp(0, 4))
    backlog.skip(3)
    backlog.add(ramp(7, 2))
    assert sent_from(backlog, 0) == [0, 1, 2, 3, None, None, None, 7, 8]
    assert sent_from(backlog, 2) == [2, 3, None, None, None, 7, 8]
    backlog.forget(8)
    assert sent_from(backlog, 8) == [8]


def test_what_is_forgotten_keeps_its_time() -> None:
    backlog = Backlog()
    backlog.add(ramp(0, 4))
    backlog.add(ramp(4, 2))
    backlog.forget(4)
    assert sent_from(backlog, 0) == [None] * 4 + [4, 5]
    backlog.forget(6)
    assert sent_from(backlog, 0) == [None] * 6


def test_nothing_is_at_the_end() -> None:
    backlog = Backlog()
    assert backlog.after(0) is None
    backlog.add(ramp(0, 2))
    assert backlog.after(2) is None
    backlog.add(ramp(2, 1))
    assert sent_from(backlog, 2) == [2]


def test_beyond_the_bound_the_oldest_sound_becomes_silence() -> None:
    backlog = Backlog(most_samples=4)
    for start in (0, 2, 4):
        backlog.add(ramp(start, 2))
    assert backlog.dropped == 2
    assert sent_from(backlog, 0) == [None, None, 2, 3, 4, 5]


def test_forgetting_makes_room() -> None:
    backlog = Backlog(most_samples=4)
    backlog.add(ramp(0, 4))
    backlog.forget(4)
    backlog.add(ramp(4, 4))
    assert backlog.dropped == 0


@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=30),
    durable=st.integers(0, 300),
    position=st.integers(0, 300),
)
def test_a_sample_is_sent_at_its_own_position(
    steps: list[tuple[bool, int]], durable: int, position: int
) -> None:
    backlog = Backlog()
    expected: list[int | None] = []
    for is_sound, length in steps:
        if is_sound:
            backlog.add(ramp(len(expected), length))
            expected += list(range(len(expected), len(expected) + length))
        else:
            backlog.skip(length)
            expected += [None] * length
    backlog.forget(durable)
    begin = min(position, len(expected))
    out = sent_from(backlog, begin)
    assert len(out) == len(expected) - begin
    for offset, sample in enumerate(out):
        at = begin + offset
        if at >= durable:
            assert sample == expected[at]
        else:
            assert sample in {None, expected[at]}


def test_an_empty_gap_is_none() -> None:
    backlog = Backlog()
    backlog.skip(0)
    assert backlog.after(0) is None
