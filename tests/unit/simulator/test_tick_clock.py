"""The meeting's clock: little lateness is caught up, a stall stands outside the meeting's time."""

from __future__ import annotations

import pytest

from vexa.simulator.meetings import Participant
from vexa.simulator.sfu.speech_source import OpusPacket
from vexa.simulator.sfu.talkers import Played, Utterance, Word
from vexa.simulator.sfu.tick_clock import CAUGHT_UP_S, TICK_S, TickClock
from vexa.simulator.truth import truth_line

EPOCH_S = 1_000.0


class Clock(TickClock):
    """A meeting's clock whose time is set by hand."""

    def __init__(self) -> None:
        self.now_s = 5.0
        super().__init__(lambda: self.now_s, lambda: EPOCH_S + self.now_s)


def test_ticks_lie_on_a_grid_from_the_first() -> None:
    clock = Clock()
    assert clock.wait_s(0) == 0
    assert clock.wait_s(10) == pytest.approx(10 * TICK_S)
    assert clock.epoch_of(10) == pytest.approx(EPOCH_S + 5 + 10 * TICK_S)


def test_a_little_lateness_is_caught_up() -> None:
    clock = Clock()
    clock.now_s += 10 * TICK_S + CAUGHT_UP_S - 0.001
    assert clock.wait_s(10) == 0
    assert clock.epoch_of(10) == pytest.approx(EPOCH_S + 5 + 10 * TICK_S)
    assert clock.wait_s(30) == pytest.approx(20 * TICK_S - CAUGHT_UP_S + 0.001)


def test_ticks_after_a_stall_are_as_far_apart_as_ever() -> None:
    clock = Clock()
    clock.now_s += 10 * TICK_S + 3
    assert clock.wait_s(10) == 0
    assert clock.wait_s(11) == pytest.approx(TICK_S)
    assert clock.epoch_of(11) - clock.epoch_of(10) == pytest.approx(TICK_S)


def test_what_was_sent_before_a_stall_keeps_its_time() -> None:
    clock = Clock()
    clock.now_s += 10 * TICK_S + 3
    clock.wait_s(10)
    assert clock.epoch_of(9) == pytest.approx(EPOCH_S + 5 + 9 * TICK_S)
    assert clock.epoch_of(10) == pytest.approx(EPOCH_S + 8 + 10 * TICK_S)


def test_the_truth_of_words_has_the_stall_that_was_in_them() -> None:
    clock = Clock()
    clock.now_s += 60 * TICK_S + 3
    clock.wait_s(60)
    words = (Word("one", 0.0, 0.5), Word("two", 1.5, 1.9), Word("three", 1.9, 2.1))
    said = Utterance("u", 0.0, "one two three", (OpusPacket(b"", -20),) * 100, words)
    somebody = Participant("p", "Ada", "d", 1, revealed_at_s=0.0)
    line = truth_line("code", somebody, Played(said, first_tick=0, packets=100), clock.epoch_of)
    assert line["words"] == [["one", 1005.0, 1005.5], ["two", 1009.5, 1009.9]]
    assert (line["start_epoch_s"], line["end_epoch_s"]) == (1005.0, 1010.0)
