"""The pure core: what is said becomes final once, in order, whatever the audio arrives like."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.coded_stream import Driver, hear_all, say, split
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.base import DecodeHints, Hypothesis, Samples, Word
from vexa.whisperlive.engines.scripted import ScriptedEngine
from vexa.whisperlive.events import Draft, Final, LanguageFound, Point, Safe
from vexa.whisperlive.session import Kind

CODES = st.lists(st.integers(1, 60), min_size=1, max_size=45)
SILENCES = st.sampled_from([0.1, 0.4, 0.6, 1.2, 3.0])
STREAMS = st.lists(st.tuples(CODES, SILENCES), min_size=1, max_size=4)
SIZES = st.lists(st.integers(1, 20_000), min_size=1, max_size=5)
STEPS = st.sampled_from([None, 0.5, 1.0, 2.0])


def _stream(parts: list[tuple[list[int], float]]) -> Samples:
    return say(*[item for codes, silence in parts for item in (codes, silence)])


def _words(parts: list[tuple[list[int], float]]) -> list[str]:
    """Equal neighbours run together only where no silence parts them; say() always parts them."""
    return [f"w{code}" for codes, _ in parts for code in codes]


@given(STREAMS, SIZES, STEPS)
@settings(max_examples=60, deadline=None)
def test_every_word_is_final_once_and_in_order(
    parts: list[tuple[list[int], float]], sizes: list[int], step_s: float | None
) -> None:
    heard = hear_all(split(_stream(parts), sizes), Driver(step_s=step_s))
    assert heard.words == _words(parts)
    assert [final.seq for final in heard.finals] == list(range(len(heard.finals)))


@given(STREAMS, SIZES, SIZES)
@settings(max_examples=40, deadline=None)
def test_splitting_frames_differently_changes_nothing(
    parts: list[tuple[list[int], float]], one: list[int], other: list[int]
) -> None:
    stream = _stream(parts)
    first = hear_all(split(stream, one), Driver(step_s=None))
    second = hear_all(split(stream, other), Driver(step_s=None))
    assert first.finals == second.finals


@given(STREAMS, SIZES)
@settings(max_examples=25, deadline=None)
def test_a_replay_from_any_stored_point_says_the_rest_and_nothing_else(
    parts: list[tuple[list[int], float]], sizes: list[int]
) -> None:
    stream = _stream(parts)
    whole = hear_all(split(stream, sizes))
    for point in whole.points:
        again = hear_all(split(stream[point.durable_sample :], [1600]), Driver(point))
        said = [word for final in whole.finals[: point.next_seq] for word in final.text.split()]
        rest = [word for final in again.finals for word in final.text.split()]
        assert [word.rstrip(".") for word in said + rest] == _words(parts)
        assert [final.seq for final in again.finals] == list(
            range(point.next_seq, point.next_seq + len(again.finals))
        )


class _Shaky:
    """Hears the last words of a window wrongly, another way each time."""

    def __init__(self, mistakes: list[int]) -> None:
        self._mistakes = mistakes
        self._calls = 0

    def __call__(self, samples: Samples, hints: DecodeHints) -> Hypothesis:
        heard = ScriptedEngine().decode(samples, hints)
        wrong = self._mistakes[self._calls % len(self._mistakes)]
        self._calls += 1
        kept = len(heard.words) - wrong
        words = [
            word if index < kept else Word(f" x{self._calls}", word.start_s, word.end_s)
            for index, word in enumerate(heard.words)
        ]
        return Hypothesis(tuple(words), "en")


@given(STREAMS, SIZES, st.lists(st.integers(0, 6), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_settled_words_never_change(
    parts: list[tuple[list[int], float]], sizes: list[int], mistakes: list[int]
) -> None:
    heard = hear_all(split(_stream(parts), sizes), Driver(decode=_Shaky(mistakes)))
    shown = [event.segment for event in heard.events if isinstance(event, Draft | Final)]
    for before, after in pairwise(shown):
        if before.seq != after.seq or not before.text:
            continue
        settled = before.text.split()[: before.settled_words]
        kept = after.text.split()[: len(settled)]
        if after.completed:
            settled = settled[: len(after.text.split())]
        assert [word.rstrip(".") for word in kept] == [word.rstrip(".") for word in settled]
    assert [final.seq for final in heard.finals] == list(range(len(heard.finals)))


@given(STREAMS, st.lists(st.integers(0, 6), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_positions_and_revisions_only_grow(
    parts: list[tuple[list[int], float]], mistakes: list[int]
) -> None:
    heard = hear_all(split(_stream(parts), [1600]), Driver(decode=_Shaky(mistakes)))
    for one, other in pairwise(heard.finals):
        assert one.start_s <= one.end_s <= other.start_s
    points = heard.points
    assert all(a.durable_sample <= b.durable_sample for a, b in pairwise(points))
    revisions = [draft.revision for draft in heard.drafts]
    assert all(a < b for a, b in pairwise(revisions))


def test_a_draft_and_the_final_that_replaces_it_share_a_number() -> None:
    heard = hear_all(split(say([1, 2, 3, 4, 5], 2.0), [1600]))
    assert {draft.seq for draft in heard.drafts} == {0}
    assert [final.seq for final in heard.finals] == [0]


def test_settled_words_leave_at_the_end_of_a_sentence_while_speech_goes_on() -> None:
    driver = Driver()
    for piece in split(say([1, 2, 10, 4, 5, 6, 7, 8, 9]), [1600]):
        driver.feed(piece)
    assert driver.heard.finals[0].text == "w1 w2 w10."


def test_settled_words_leave_after_a_while_without_punctuation() -> None:
    driver = Driver()
    for piece in split(say([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14]), [1600]):
        driver.feed(piece)
    assert driver.heard.finals
    assert driver.heard.finals[0].text.startswith("w1 w2")


def test_nothing_is_decoded_in_silence_and_the_durable_position_follows_it() -> None:
    driver = Driver()
    for piece in split(say(60.0), [1600]):
        driver.feed(piece)
        assert driver.session.wanted(0.5) is None
    assert driver.session.held_samples < SAMPLE_RATE_HZ
    safe = [event for event in driver.heard.events if isinstance(event, Safe)]
    assert safe[-1].point.durable_sample >= 54 * SAMPLE_RATE_HZ
    assert len(safe) <= 12


def test_a_long_gap_costs_no_memory_and_moves_the_clock() -> None:
    driver = Driver()
    driver.feed(say([1, 2, 3]))
    driver.feed(3600 * SAMPLE_RATE_HZ)
    assert driver.session.held_samples < SAMPLE_RATE_HZ
    driver.feed(say([4, 5], 2.0))
    heard = driver.finish()
    assert [final.text for final in heard.finals] == ["w1 w2 w3", "w4 w5"]
    assert 3601 < heard.finals[1].start_s < 3602


@given(st.integers(1, 20_000), st.integers(1, 20_000))
@settings(max_examples=30, deadline=None)
def test_a_gap_is_silence_of_the_same_length(before: int, length: int) -> None:
    head, tail = say([1, 2, 3], 0.2)[:before], say([4, 5, 6], 1.5)
    gap = hear_all([head, length, tail], Driver(step_s=None))
    zeros = hear_all([head, np.zeros(length, np.float32), tail], Driver(step_s=None))
    assert gap.finals == zeros.finals


def test_a_pause_is_decoded_with_care_and_not_again_at_the_endpoint() -> None:
    driver = Driver(step_s=None)
    kinds = []

    def note(samples: Samples, hints: DecodeHints) -> Hypothesis:
        kinds.append(hints.thorough)
        return ScriptedEngine().decode(samples, hints)

    driver = Driver(decode=note, step_s=30.0)
    for piece in split(say([1, 2, 3], 0.7), [512]):
        driver.feed(piece)
    assert kinds == [True]
    assert not driver.heard.finals
    driver.feed(say(0.5))
    assert kinds == [True]
    assert [final.text for final in driver.heard.finals] == ["w1 w2 w3"]


def test_only_finals_are_wanted_without_a_step() -> None:
    driver = Driver(step_s=None)
    for piece in split(say([1, 2, 3, 4, 5], 2.0), [1600]):
        driver.feed(piece)
    assert not driver.heard.drafts
    assert [final.text for final in driver.heard.finals] == ["w1 w2 w3 w4 w5"]


def test_a_late_draft_does_not_settle_words_behind_a_cut() -> None:
    driver = Driver(step_s=0.5)
    session = driver.session
    stream = say(list(range(1, 40)))
    driver.step_s = None
    driver.feed(stream[: int(9.6 * SAMPLE_RATE_HZ)])
    driver.step_s = 0.5
    driver.decode_all()
    driver.step_s = None
    driver.feed(stream[int(9.6 * SAMPLE_RATE_HZ) : int(11.9 * SAMPLE_RATE_HZ)])
    request = session.wanted(0.5)
    assert request is not None
    assert request.kind is Kind.DRAFT
    samples = session.begin(request)
    driver.feed(stream[int(11.9 * SAMPLE_RATE_HZ) :])
    driver.heard.events += session.decoded(request, ScriptedEngine().decode(samples, request.hints))
    driver.decode_all()
    assert driver.finish().words == [f"w{code}" for code in range(1, 40)]


def test_an_engine_that_fails_is_asked_again_and_then_given_up() -> None:
    driver = Driver(step_s=None)
    session = driver.session
    driver.step_s = None
    pieces = split(say([1, 2, 3], 2.0), [1600])
    for piece in pieces:
        for run in session.cutter.push(piece):
            driver._hear(run)
    for _ in range(3):
        request = session.wanted(None)
        assert request is not None
        session.begin(request)
        driver.heard.events += session.failed(request)
    assert session.wanted(None) is None
    assert session.is_settled
    assert not driver.heard.finals


def test_a_draft_that_comes_to_nothing_is_taken_back() -> None:
    def hear_then_not(samples: Samples, hints: DecodeHints) -> Hypothesis:
        return Hypothesis() if hints.thorough else ScriptedEngine().decode(samples, hints)

    heard = hear_all(split(say([1, 2, 3, 4], 2.0), [1600]), Driver(decode=hear_then_not))
    assert heard.drafts[0].text
    if heard.finals:
        return
    assert heard.drafts[-1].text == ""
    assert heard.drafts[-1].seq == heard.drafts[0].seq


def test_a_resumed_turn_keeps_its_sent_words_out_of_new_finals() -> None:
    sent = (Word(" w1", 0.0, 0.3), Word(" w2", 0.4, 0.7))
    driver = Driver(Point(next_seq=3, durable_sample=5120, sent=sent))
    heard = hear_all(split(say([1, 2, 3, 4], 2.0), [1600]), driver)
    assert [(final.seq, final.text) for final in heard.finals] == [(3, "w3 w4")]


def test_finals_carry_their_words_where_they_are_asked_for() -> None:
    driver = Driver(with_words=True)
    driver.feed(say(1.0))
    for piece in split(say([1, 2, 3], 2.0), [1600]):
        driver.feed(piece)
    final = driver.finish().finals[0]
    assert final.words is not None
    assert [word.text.strip() for word in final.words] == ["w1", "w2", "w3"]
    assert final.words[0].start_s == final.start_s
    assert final.words[-1].end_s == final.end_s
    assert final.start_s > 0.9
    assert hear_all(split(say([1, 2], 2.0), [1600])).finals[0].words is None


def test_three_hours_keep_every_line_and_its_time_in_little_memory() -> None:
    driver = Driver(step_s=None)
    minute = 60 * SAMPLE_RATE_HZ
    most = 0
    for number in range(180):
        spoken = say([number % 60 + 1, 2, 3], 1.5)
        driver.feed(spoken)
        most = max(most, driver.session.held_samples)
        driver.feed(minute - len(spoken))
    finals = driver.finish().finals
    said = [final.text.replace(".", "") for final in finals]
    assert said == [f"w{n % 60 + 1} w2 w3" for n in range(180)]
    assert all(abs(final.start_s - 60 * n) < 0.2 for n, final in enumerate(finals))
    assert most < 5 * SAMPLE_RATE_HZ


def test_minutes_without_a_pause_take_no_more_memory_than_one_turn() -> None:
    driver = Driver()
    most = 0
    for start in range(0, 800, 8):
        for piece in split(say([code % 60 + 1 for code in range(start, start + 8)]), [8000]):
            driver.feed(piece)
        most = max(most, driver.session.held_samples)
    heard = driver.finish()
    assert heard.words == [f"w{code % 60 + 1}" for code in range(800)]
    assert most < 16 * SAMPLE_RATE_HZ


def test_only_a_language_that_nobody_forced_is_doubted_and_only_by_long_speech() -> None:
    asked: list[bool] = []

    def german(samples: Samples, hints: DecodeHints) -> Hypothesis:
        asked.append(hints.recognise)
        heard = ScriptedEngine().decode(samples, hints)
        return replace(heard, recognised=("de", 0.9) if hints.recognise else None)

    turns = say(*[item for _ in range(4) for item in (list(range(1, 11)), 2.0)], [1, 2, 3], 2.0)
    point = Point(language="en")
    heard = hear_all([turns], Driver(point, decode=german, step_s=None, language=None))
    found = [event for event in heard.events if isinstance(event, LanguageFound)]
    assert [event.code for event in found] == ["de"]
    assert asked[-1] is False
    asked.clear()
    hear_all([turns], Driver(point, decode=german, step_s=None))
    assert not any(asked)


def test_a_resumed_turn_does_not_begin_later_before_its_audio_has_come() -> None:
    codes = [40, 5, *[1] * 20]
    stream = say(codes, 1.2)
    whole = hear_all(split(stream, [1600]))
    for point in whole.points:
        again = hear_all(split(stream[point.durable_sample :], [1600]), Driver(point))
        finals = [*whole.finals[: point.next_seq], *again.finals]
        said = [word.rstrip(".") for final in finals for word in final.text.split()]
        assert said == [f"w{code}" for code in codes]
