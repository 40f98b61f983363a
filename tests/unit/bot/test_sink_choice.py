"""When the sound of the bot's sink is heard, and that nothing is heard twice."""

from __future__ import annotations

import numpy as np
import pytest

from vexa.bot.page_messages import AudioPiece
from vexa.bot.sink_choice import HOLD_MS, WAIT_MS, SinkChoice

LOUD, SOFT = 8_000, 200
STEP_MS = 100.0


def piece(at_ms: float, peak: int = LOUD) -> AudioPiece:
    return AudioPiece("any", at_ms, None, 48_000, np.full(4_800, peak, np.int16))


class Meeting:
    """Lets time pass in steps of a piece; `heard` has the times of what the sink was heard with."""

    def __init__(self) -> None:
        self.heard: list[float] = []
        self.page_heard: list[float] = []
        self.now_ms = 0.0
        self.choice = SinkChoice(lambda taken: self.heard.append(taken.at_ms))

    def go_on(self, ms: float, *, sink: int = 0, page: int = 0, page_late_ms: float = 0.0) -> None:
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            if page and self.choice.take_page(piece(self.now_ms - page_late_ms, page), page):
                self.page_heard.append(self.now_ms - page_late_ms)
            self.choice.take(piece(self.now_ms, sink))
            self.now_ms += STEP_MS
            self.choice.tick(self.now_ms)


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


def test_a_silent_page_beside_a_sounding_sink_is_heard_by_it_from_the_first_word(
    meeting: Meeting,
) -> None:
    meeting.go_on(5_000)
    meeting.go_on(WAIT_MS - STEP_MS, sink=LOUD)
    assert meeting.heard == []
    assert not meeting.choice.is_chosen
    meeting.go_on(2_000, sink=LOUD)
    assert meeting.choice.is_chosen
    assert meeting.heard[0] == 5_000
    assert np.diff(meeting.heard) == pytest.approx(STEP_MS)
    assert meeting.heard[-1] == pytest.approx(meeting.now_ms - HOLD_MS, abs=STEP_MS)


def test_a_page_that_brings_its_sound_keeps_the_sink_silent(meeting: Meeting) -> None:
    for _ in range(4):
        meeting.go_on(6_000, sink=LOUD, page=LOUD)
        # what is played ends a little later, and then all are silent
        meeting.go_on(300, sink=LOUD)
        meeting.go_on(25_000)
    meeting.go_on(30_000, sink=LOUD, page=LOUD, page_late_ms=1_500)
    assert meeting.heard == []
    assert len(meeting.page_heard) == 540


def test_a_soft_page_is_audible_and_a_soft_sink_is_not(meeting: Meeting) -> None:
    meeting.go_on(30_000, sink=LOUD, page=SOFT)
    assert not meeting.choice.is_chosen
    meeting.go_on(60_000, sink=SOFT)
    assert not meeting.choice.is_chosen
    assert meeting.heard == []


def test_a_track_that_plays_nothing_does_not_count_as_sound(meeting: Meeting) -> None:
    meeting.go_on(WAIT_MS + 2_000, sink=LOUD, page=50)
    assert meeting.choice.is_chosen


def test_chimes_now_and_then_are_not_heard(meeting: Meeting) -> None:
    for _ in range(10):
        meeting.go_on(800, sink=LOUD)
        meeting.go_on(12_000)
    assert meeting.heard == []


def test_a_few_words_and_a_pause_are_heard_in_full(meeting: Meeting) -> None:
    meeting.go_on(2_000, sink=LOUD)
    meeting.go_on(9_000)
    assert meeting.heard == [STEP_MS * step for step in range(20)]


def test_the_page_takes_over_at_once_and_nothing_is_doubled(meeting: Meeting) -> None:
    meeting.go_on(15_000, sink=LOUD)
    began_ms = meeting.now_ms
    meeting.go_on(5_000, sink=LOUD, page=LOUD, page_late_ms=500)
    assert not meeting.choice.is_chosen
    assert meeting.heard == [STEP_MS * step for step in range(int((began_ms - 500) / STEP_MS))]
    assert meeting.page_heard[0] == began_ms - 500
    assert len(meeting.page_heard) == 50


def test_a_page_so_late_that_the_sink_has_told_it_is_not_heard_again(meeting: Meeting) -> None:
    meeting.go_on(15_000, sink=LOUD)
    assert not meeting.choice.take_page(piece(8_000), LOUD)
    assert meeting.choice.is_chosen
    assert meeting.choice.take_page(piece(meeting.now_ms), LOUD)


def test_the_sink_is_chosen_anew_when_the_page_falls_silent_again(meeting: Meeting) -> None:
    meeting.go_on(15_000, sink=LOUD)
    meeting.go_on(1_000, sink=LOUD, page=LOUD)
    first = len(meeting.heard)
    begins_ms = meeting.now_ms
    meeting.go_on(WAIT_MS, sink=LOUD)
    assert meeting.choice.is_chosen
    assert meeting.heard[first] == pytest.approx(begins_ms, abs=STEP_MS)


def test_the_last_words_of_a_sink_that_counts_are_told_at_the_end(meeting: Meeting) -> None:
    meeting.go_on(5_000, sink=LOUD)
    meeting.choice.flush()
    assert meeting.heard == []
    meeting.go_on(10_000, sink=LOUD)
    meeting.choice.flush()
    assert meeting.heard[-1] == meeting.now_ms - STEP_MS
