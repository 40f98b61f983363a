"""Turns: opened a little early, ended by silence, cut where it is quiet."""

from __future__ import annotations

from vexa.whisperlive.buffer import FRAME_SAMPLES
from vexa.whisperlive.turns import Turn, TurnPolicy, TurnTracker, to_samples

POLICY = TurnPolicy()


def feed(tracker: TurnTracker, seconds: float, probability: float, loudness: float) -> list[Turn]:
    ended = []
    for _ in range(to_samples(seconds) // FRAME_SAMPLES):
        turn = tracker.hear(probability, loudness)
        if turn is not None:
            ended.append(turn)
    return ended


def test_a_turn_begins_before_its_first_speech_and_ends_after_silence() -> None:
    tracker = TurnTracker(POLICY, 0)
    feed(tracker, 1.0, 0.0, 0.0)
    feed(tracker, 2.0, 0.9, 0.1)
    assert tracker.open is not None
    assert tracker.open.start == to_samples(1.0) - to_samples(0.35)
    (turn,) = feed(tracker, 1.0, 0.1, 0.0)
    assert turn.end == turn.speech_end + to_samples(0.3)
    assert tracker.open is None


def test_a_pause_ends_nothing() -> None:
    tracker = TurnTracker(POLICY, 0)
    feed(tracker, 1.0, 0.9, 0.1)
    assert feed(tracker, 0.7, 0.1, 0.0) == []
    assert tracker.is_pausing
    feed(tracker, 0.2, 0.4, 0.1)
    assert not tracker.is_pausing


def test_a_long_turn_is_cut_at_its_quietest_late_frame() -> None:
    tracker = TurnTracker(POLICY, 0)
    feed(tracker, 4.0, 0.9, 0.001)
    feed(tracker, 6.0, 0.9, 0.5)
    feed(tracker, 0.1, 0.9, 0.1)
    (turn,) = feed(tracker, 2.0, 0.9, 0.5)
    assert turn.was_cut
    assert turn.end is not None
    assert to_samples(10.0) <= turn.end <= to_samples(10.2)
    assert tracker.open is not None
    assert tracker.open.start == turn.end


def test_a_cut_spares_what_is_settled() -> None:
    tracker = TurnTracker(POLICY, 0)
    feed(tracker, 9.0, 0.9, 0.5)
    feed(tracker, 0.1, 0.9, 0.1)
    ended: list[Turn] = []
    while not ended:
        turn = tracker.hear(0.9, 0.5, cut_after=to_samples(11.0))
        ended += [turn] if turn else []
    assert ended[0].end is not None
    assert ended[0].end >= to_samples(11.0)


def test_a_gap_ends_a_turn_like_silence() -> None:
    heard, skipped = TurnTracker(POLICY, 0), TurnTracker(POLICY, 0)
    for tracker in (heard, skipped):
        feed(tracker, 1.0, 0.9, 0.1)
    (turn,) = feed(heard, 2.0, 0.0, 0.0)
    other = skipped.skip(to_samples(2.0))
    assert other is not None
    assert (turn.start, turn.end) == (other.start, other.end)
    assert heard.position == skipped.position


def test_a_short_gap_only_pauses() -> None:
    tracker = TurnTracker(POLICY, 0)
    feed(tracker, 1.0, 0.9, 0.1)
    assert tracker.skip(to_samples(0.6)) is None
    assert tracker.is_pausing


def test_a_click_is_no_speech() -> None:
    tracker = TurnTracker(POLICY, 0)
    feed(tracker, 0.064, 0.9, 0.9)
    (turn,) = feed(tracker, 1.0, 0.0, 0.0)
    assert not tracker.has_speech(turn)
