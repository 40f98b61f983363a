"""Who is decoded next, and how far to back off, on a clock that the test holds."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.backoff import LEVELS, MEMORY_S, Backoff
from vexa.whisperlive.engines.base import DecodeHints
from vexa.whisperlive.scheduler import Scheduler
from vexa.whisperlive.session import DecodeRequest, Kind


class Stream:
    """Wants what the test says it wants."""

    def __init__(
        self, meeting: str, kind: Kind | None = None, hints: DecodeHints | None = None, end: int = 1
    ) -> None:
        self.meeting = meeting
        self.kind = kind
        self.hints = hints or DecodeHints()
        self.end = end
        self.asked_step_s: float | None = None

    def wanted(self, step_s: float | None) -> DecodeRequest | None:
        self.asked_step_s = step_s
        if self.kind is None or (step_s is None and self.kind is Kind.DRAFT):
            return None
        return DecodeRequest(self.kind, 0, 0, self.end, self.hints)


def test_finals_go_before_drafts() -> None:
    scheduler = Scheduler(0.5)
    draft, final = Stream("a", Kind.DRAFT), Stream("a", Kind.FINAL)
    scheduler.add(draft)
    scheduler.add(final)
    job = scheduler.pick(0.0)
    assert job is not None
    assert job.stream is final


def test_meetings_share_the_time_however_many_sessions_they_have() -> None:
    scheduler = Scheduler(0.5)
    streams = [Stream("big", Kind.DRAFT) for _ in range(5)] + [Stream("small", Kind.DRAFT)]
    for stream in streams:
        scheduler.add(stream)
    served: Counter[str] = Counter()
    for turn in range(100):
        job = scheduler.pick(turn / 1000)
        assert job is not None
        served[job.stream.meeting] += 1
        scheduler.charge(job.stream, 0.1)
    assert served["small"] == served["big"] == 50


def test_within_a_meeting_who_waits_longest_goes_first() -> None:
    scheduler = Scheduler(0.5)
    early, late = Stream("a", Kind.DRAFT), Stream("a")
    scheduler.add(late)
    scheduler.add(early)
    scheduler.note_due(0.0)
    late.kind = Kind.DRAFT
    scheduler.note_due(0.1)
    job = scheduler.pick(0.2)
    assert job is not None
    assert job.stream is early
    assert job.wait_s == 0.2


def test_a_new_meeting_does_not_get_the_time_that_it_was_away() -> None:
    scheduler = Scheduler(0.5)
    old = Stream("old", Kind.DRAFT)
    scheduler.add(old)
    scheduler.charge(old, 100.0)
    new = Stream("new", Kind.DRAFT)
    scheduler.add(new)
    served: Counter[str] = Counter()
    for turn in range(10):
        job = scheduler.pick(turn / 1000)
        assert job is not None
        served[job.stream.meeting] += 1
        scheduler.charge(job.stream, 1.0)
    assert served["old"] == 5


def test_a_session_that_is_gone_is_not_asked() -> None:
    scheduler = Scheduler(0.5)
    stream = Stream("a", Kind.FINAL)
    scheduler.add(stream)
    scheduler.remove(stream)
    scheduler.remove(stream)
    scheduler.charge(stream, 1.0)
    assert scheduler.pick(0.0) is None


def test_waits_widen_steps_then_stop_drafts_then_refuse() -> None:
    backoff = Backoff()
    steps = []
    for level in LEVELS:
        backoff = Backoff()
        backoff.note(level.enter_wait_s, 0.0)
        steps.append((backoff.step_s(0.5), backoff.takes_sessions))
    assert steps == [(0.5, True), (1.0, True), (2.0, True), (None, True), (None, False)]


def test_one_long_wait_among_short_ones_changes_nothing() -> None:
    backoff = Backoff()
    for turn in range(9):
        backoff.note(9.0 if turn == 4 else 0.0, turn / 10)
    assert backoff.level == 0


def test_the_level_falls_step_by_step_once_waits_are_short() -> None:
    backoff = Backoff()
    backoff.note(10.0, 0.0)
    assert backoff.level == 4
    seen = []
    for turn in range(1, 30):
        backoff.update(turn * MEMORY_S / 2)
        seen.append(backoff.level)
    assert seen[-1] == 0
    assert sorted(seen, reverse=True) == seen
    assert {0, 1, 2, 3} <= set(seen)


def test_under_load_the_sessions_are_asked_for_finals_only() -> None:
    scheduler = Scheduler(0.5)
    stream = Stream("a", Kind.DRAFT)
    scheduler.add(stream)
    scheduler.note_due(0.0)
    scheduler.pick(3.0)
    assert scheduler.pick(3.0) is None
    assert stream.asked_step_s is None


def _together(first: Stream, others: list[Stream], room: int = 3, idle: int = 0) -> list[object]:
    scheduler = Scheduler(0.5)
    for stream in (first, *others):
        scheduler.add(stream)
    scheduler.note_due(0.0)
    job = scheduler.pick(0.1)
    assert job is not None
    assert job.stream is first
    first.kind = None
    return [other.stream for other in scheduler.pick_beside(job, 0.1, room, idle)]


ENGLISH = DecodeHints(language="en")


def test_like_windows_are_decoded_together_as_far_as_there_is_room() -> None:
    waiting = [Stream("a", Kind.DRAFT, ENGLISH) for _ in range(5)]
    assert _together(Stream("a", Kind.DRAFT, ENGLISH), waiting) == waiting[:3]


def test_work_is_shared_among_idle_workers_before_it_is_put_together() -> None:
    waiting = [Stream("a", Kind.DRAFT, ENGLISH)]
    assert _together(Stream("a", Kind.DRAFT, ENGLISH), waiting, idle=1) == []


def test_unlike_windows_are_not_decoded_together() -> None:
    unlike = [
        Stream("a", Kind.PAUSE, ENGLISH),
        Stream("a", Kind.DRAFT, DecodeHints(language="de")),
        Stream("a", Kind.DRAFT, DecodeHints(language="en", task="translate")),
        Stream("a", Kind.DRAFT, ENGLISH, end=3 * SAMPLE_RATE_HZ),
    ]
    like = Stream("a", Kind.DRAFT, DecodeHints(language="en", prefix=" so"))
    assert _together(Stream("a", Kind.DRAFT, ENGLISH), [*unlike, like]) == [like]
    undetected = Stream("a", Kind.DRAFT)
    assert _together(Stream("a", Kind.DRAFT), [undetected]) == [], "each finds its own language"


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=12),
    st.lists(st.floats(0.01, 1.0), min_size=1, max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_no_stream_waits_longer_than_its_meetings_share_of_the_others(
    meetings: list[int], costs: list[float]
) -> None:
    scheduler = Scheduler(0.5)
    streams = [Stream(str(meeting), Kind.FINAL) for meeting in meetings]
    for stream in streams:
        scheduler.add(stream)
    # a meeting that was served waits until the others have had as much, one decode more at most
    bound = len(set(meetings)) * len(streams) * (max(costs) / min(costs) + 2)
    last = {id(stream): 0 for stream in streams}
    for turn in range(200):
        job = scheduler.pick(turn / 100)
        assert job is not None
        assert turn - last[id(job.stream)] <= bound
        last[id(job.stream)] = turn
        scheduler.charge(job.stream, costs[turn % len(costs)])
