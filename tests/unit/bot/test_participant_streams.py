"""Slots cut into streams: attribution, time and completeness."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vexa.bot.page_messages import AudioPiece, QuietTrack
from vexa.bot.participant_streams import IDLE_MS, ParticipantStreams, Samples

START_MS = 1_700_000_000_000.0
RATE_HZ = 48_000


@dataclass
class Recorded:
    """A sink that keeps everything on its time line."""

    key: str
    start_ms: float
    parts: list[Samples] = field(default_factory=list)
    spoken: list[tuple[int, int]] = field(default_factory=list)
    length: int = 0
    finished: bool = False

    def audio(self, samples: Samples) -> None:
        assert not self.finished
        if self.spoken and self.spoken[-1][1] == self.length:
            self.spoken[-1] = (self.spoken[-1][0], self.length + len(samples))
        else:
            self.spoken.append((self.length, self.length + len(samples)))
        self.parts.append(samples)
        self.length += len(samples)

    def gap(self, samples: int) -> None:
        assert samples > 0
        assert not self.finished
        self.length += samples

    def finish(self) -> None:
        self.finished = True

    @property
    def spoken_ms(self) -> list[tuple[float, float]]:
        """Spoken stretches, ms after START_MS."""
        offset = self.start_ms - START_MS
        return [(a / 16 + offset, b / 16 + offset) for a, b in self.spoken]


class Bench:
    """Streams with recorded sinks."""

    def __init__(self) -> None:
        self.opened: list[Recorded] = []
        self.streams = ParticipantStreams(self._open)

    def _open(self, key: str, start_ms: float) -> Recorded:
        sink = Recorded(key, start_ms)
        self.opened.append(sink)
        return sink

    def say(
        self, at_ms: float, csrc: str | None, *, track: str = "t1", length_ms: int = 100
    ) -> None:
        count = RATE_HZ * length_ms // 1000
        phase = np.arange(count) + at_ms * RATE_HZ / 1000
        sound = (8_000 * np.sin(2 * np.pi * 440 * phase / RATE_HZ)).astype(np.int16)
        self.streams.take(AudioPiece(track, START_MS + at_ms, csrc, RATE_HZ, sound))

    def hiss(self, at_ms: float, csrc: str | None) -> None:
        sound = np.resize(np.array([20, -20], np.int16), RATE_HZ // 10)
        self.streams.take(AudioPiece("t1", START_MS + at_ms, csrc, RATE_HZ, sound))

    def talk(self, from_ms: int, to_ms: int, csrc: str | None, *, track: str = "t1") -> None:
        for at_ms in range(from_ms, to_ms, 100):
            self.say(at_ms, csrc, track=track, length_ms=min(100, to_ms - at_ms))

    def quiet(self, until_ms: float) -> None:
        self.streams.take_quiet(QuietTrack("t1", START_MS + until_ms))

    def one(self, key: str) -> Recorded:
        found = [sink for sink in self.opened if sink.key == key]
        assert len(found) == 1, [sink.key for sink in self.opened]
        return found[0]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def near(spans: list[tuple[float, float]], wanted: list[tuple[float, float]]) -> None:
    assert len(spans) == len(wanted), spans
    for span, expected in zip(spans, wanted, strict=True):
        assert span == pytest.approx(expected, abs=1.0)


def test_one_person_on_three_slots_is_one_stream(bench: Bench) -> None:
    bench.talk(0, 1_000, "7", track="t1")
    bench.talk(2_000, 3_000, "7", track="t2")
    bench.talk(5_000, 6_000, "7", track="t3")
    bench.streams.finish()
    near(bench.one("7").spoken_ms, [(0, 1_000), (2_000, 3_000), (5_000, 6_000)])
    assert bench.one("7").finished


def test_a_slot_that_changes_hands_is_cut_at_the_change(bench: Bench) -> None:
    bench.talk(0, 1_000, "7")
    bench.talk(1_000, 1_500, "8")
    bench.talk(1_500, 2_000, "9")
    bench.streams.finish()
    near(bench.one("7").spoken_ms, [(0, 1_000)])
    near(bench.one("8").spoken_ms, [(1_000, 1_500)])
    near(bench.one("9").spoken_ms, [(1_500, 2_000)])


def test_sound_is_resampled_without_seams(bench: Bench) -> None:
    bench.talk(0, 3_000, "7")
    bench.streams.finish()
    heard = np.concatenate(bench.one("7").parts).astype(float)
    assert len(heard) == 48_000
    wanted = 8_000 * np.sin(2 * np.pi * 440 * np.arange(len(heard)) / 16_000)
    inner = slice(200, -200)
    assert np.corrcoef(heard[inner], wanted[inner])[0, 1] > 0.999


def test_jitter_of_the_clock_makes_no_gaps(bench: Bench) -> None:
    for index in range(20):
        bench.say(index * 100 + (17 if index % 2 else -17), "7")
    bench.streams.finish()
    assert len(bench.one("7").spoken) == 1


def test_silence_is_told_while_it_passes_and_then_no_more(bench: Bench) -> None:
    bench.talk(0, 1_000, "7")
    for at_ms in range(1_000, 60_000, 100):
        bench.streams.tick(START_MS + at_ms)
    told_ms = bench.one("7").length / 16
    assert 4_000 < told_ms < 6_000
    bench.talk(60_000, 60_500, "7")
    bench.streams.finish()
    near(bench.one("7").spoken_ms, [(0, 1_000), (60_000, 60_500)])


def test_a_page_that_stalls_puts_no_silence_into_its_sound(bench: Bench) -> None:
    bench.quiet(0)
    bench.talk(0, 1_000, "7")
    for at_ms in range(1_000, 2_900, 100):
        bench.streams.tick(START_MS + at_ms)
    bench.talk(1_000, 2_500, "7")
    bench.talk(3_000, 3_500, "7")
    bench.streams.finish()
    near(bench.one("7").spoken_ms, [(0, 2_500), (3_000, 3_500)])


def test_a_track_that_tells_of_its_silence_passes_it_on_as_it_passes(bench: Bench) -> None:
    bench.talk(0, 1_000, "7")
    bench.quiet(2_000)
    bench.streams.tick(START_MS + 2_100)
    assert bench.one("7").length / 16 == pytest.approx(1_800, abs=1)
    bench.quiet(2_100)
    bench.streams.tick(START_MS + 5_000)
    # stalled: the silence is told as far as it is known
    assert bench.one("7").length / 16 == pytest.approx(2_100, abs=1)


def test_a_track_that_stalls_for_long_counts_as_silent(bench: Bench) -> None:
    bench.quiet(0)
    bench.talk(0, 1_000, "7")
    bench.streams.tick(START_MS + 4_500)
    assert bench.one("7").length / 16 == pytest.approx(4_200, abs=1)


def test_one_who_speaks_next_on_a_track_shows_that_the_other_is_silent(bench: Bench) -> None:
    bench.quiet(0)
    bench.talk(0, 1_000, "7")
    bench.talk(1_000, 3_000, "8")
    bench.streams.tick(START_MS + 3_000)
    assert bench.one("7").length / 16 == pytest.approx(2_700, abs=1)


def test_sound_that_comes_after_its_time_was_told_is_late_but_whole(bench: Bench) -> None:
    bench.talk(0, 500, "7")
    bench.streams.tick(START_MS + 2_000)
    bench.talk(1_000, 3_000, "7")
    bench.streams.finish()
    spoken = bench.one("7").spoken_ms
    assert sum(b - a for a, b in spoken) == pytest.approx(2_500, abs=2)
    assert len(spoken) == 2


def test_the_same_source_on_two_slots_at_once_is_heard_once(bench: Bench) -> None:
    for at_ms in range(0, 1_000, 100):
        bench.say(at_ms, "7", track="t1")
        bench.say(at_ms, "7", track="t2")
    bench.streams.finish()
    assert bench.one("7").length == pytest.approx(16_000, abs=2_000)


def test_sound_without_evidence_waits_then_goes_to_a_stream_without_a_name(bench: Bench) -> None:
    bench.talk(0, 900, None)
    assert bench.opened == []
    bench.talk(900, 1_500, None)
    bench.streams.finish()
    near(bench.one("track:t1").spoken_ms, [(0, 1_500)])


def test_what_nobody_can_hear_opens_a_stream_only_for_a_known_source(bench: Bench) -> None:
    for at_ms in range(0, 2_000, 100):
        bench.hiss(at_ms, None)
    assert bench.opened == []
    bench.hiss(3_000, "7")
    assert [sink.key for sink in bench.opened] == ["7"]


def test_waiting_sound_is_given_up_when_time_passes(bench: Bench) -> None:
    bench.talk(0, 300, None)
    bench.streams.tick(START_MS + 2_000)
    assert bench.one("track:t1").spoken_ms[0][0] == 0


def test_evidence_that_follows_at_once_reaches_back_a_little(bench: Bench) -> None:
    bench.talk(0, 200, None)
    bench.talk(200, 1_000, "7")
    bench.streams.finish()
    near(bench.one("7").spoken_ms, [(0, 1_000)])


def test_evidence_never_reaches_back_far_or_over_another_speaker(bench: Bench) -> None:
    bench.talk(0, 800, None)
    bench.talk(800, 1_000, "7")
    bench.talk(1_000, 1_200, None)
    bench.talk(1_200, 1_500, "8")
    bench.streams.finish()
    near(bench.one("8").spoken_ms, [(1_200, 1_500)])
    near(bench.one("7").spoken_ms, [(500, 1_000)])
    unnamed = bench.one("track:t1").spoken_ms
    assert unnamed == [pytest.approx((0, 500), abs=1), pytest.approx((1_000, 1_200), abs=1)]


def test_an_idle_stream_is_closed_and_its_speaker_gets_a_new_one(bench: Bench) -> None:
    bench.talk(0, 500, "7")
    bench.streams.tick(START_MS + 500 + IDLE_MS + 1)
    assert bench.opened[0].finished
    later_ms = int(IDLE_MS) + 10_000
    bench.talk(later_ms, later_ms + 500, "7")
    bench.streams.finish()
    assert [sink.start_ms - START_MS for sink in bench.opened] == [0, later_ms]


def test_a_dropped_stream_ends(bench: Bench) -> None:
    bench.talk(0, 500, "7")
    bench.streams.drop("7")
    bench.streams.drop("7")
    assert bench.one("7").finished
    assert bench.streams.keys == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["7", "8", None]),
            st.sampled_from(["t1", "t2"]),
            st.integers(10, 120),
            st.integers(0, 900),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_no_sound_is_lost_doubled_or_moved_to_another_source(
    plan: list[tuple[str | None, str, int, int, bool]],
) -> None:
    bench = Bench()
    at_ms = 0.0
    said: dict[str, float] = {}
    for csrc, track, length_ms, pause_ms, ticks in plan:
        bench.say(at_ms, csrc, track=track, length_ms=length_ms)
        said[csrc or "none"] = said.get(csrc or "none", 0) + length_ms
        at_ms += length_ms + pause_ms
        if ticks:
            bench.streams.tick(START_MS + at_ms)
    bench.streams.finish()
    heard = {sink.key: sum(len(part) for part in sink.parts) / 16 for sink in bench.opened}
    total = sum(heard.values())
    assert total == pytest.approx(sum(said.values()), abs=len(plan) * 2 + 1)
    for key in ("7", "8"):
        extra = heard.get(key, 0) - said.get(key, 0)
        assert -2 * len(plan) - 1 <= extra <= said.get("none", 0) + 2 * len(plan) + 1


def test_a_moment_without_evidence_within_ones_speech_is_theirs() -> None:
    bench = Bench()
    bench.talk(0, 500, "7")
    bench.talk(500, 700, None)
    bench.talk(700, 1_000, "7")
    bench.streams.finish()
    assert [sink.key for sink in bench.opened] == ["7"]
    assert bench.opened[0].spoken_ms == [(0.0, 1_000.0)]


def test_a_moment_without_evidence_between_two_people_is_nobodys() -> None:
    bench = Bench()
    bench.talk(0, 500, "7")
    bench.talk(500, 700, None)
    bench.talk(700, 1_000, "8")
    bench.streams.finish()
    assert [sink.key for sink in bench.opened] == ["7", "track:t1", "8"]
