import itertools
from pathlib import Path

import pytest

from vexa.demo.screenplay import PAUSE_S, TALK_S, Screenplay, Turn, compose
from vexa.demo.speech import Recording, _spread_words


def recording(voice: str, number: int, duration_s: float = 6.0) -> Recording:
    text = f"{voice} says line {number}"
    return Recording(
        Path(f"{voice}{number}.wav"), voice, duration_s, text, _spread_words(text, duration_s)
    )


@pytest.fixture
def recordings() -> list[Recording]:
    return [recording(voice, number) for voice in "abcde" for number in range(10)]


def test_same_seed_same_meeting(recordings: list[Recording]) -> None:
    assert compose(recordings, 7) == compose(recordings, 7)


def test_another_seed_another_meeting(recordings: list[Recording]) -> None:
    assert compose(recordings, 7).turns != compose(recordings, 8).turns


@pytest.mark.parametrize("seed", range(20))
def test_every_meeting_has_people_overlap_and_a_late_joiner(
    recordings: list[Recording], seed: int
) -> None:
    play = compose(recordings, seed)
    speakers = {turn.participant for turn in play.turns}
    assert len(speakers) >= 3
    assert 0.01 < play.overlap_share < 0.5
    assert any(joins_s > 0 for joins_s in play.joins_s.values())
    for turn in play.turns:
        assert turn.at_s >= play.joins_s[turn.participant]


@pytest.mark.parametrize("seed", range(20))
def test_nobody_talks_over_themselves(recordings: list[Recording], seed: int) -> None:
    play = compose(recordings, seed)
    for name in play.joins_s:
        own = [turn for turn in play.turns if turn.participant == name]
        for before, after in itertools.pairwise(own):
            assert after.at_s >= before.end_s


@pytest.mark.parametrize("seed", range(200))
def test_a_talk_of_two_goes_on_while_there_is_something_to_say(seed: int) -> None:
    short = [recording(voice, number, 3.5) for voice in "ab" for number in range(60)]
    assert compose(short, seed).end_s >= TALK_S - PAUSE_S[1]


def test_overlap_share_counts_shared_time_once() -> None:
    first = Turn("x", 0.0, recording("a", 0, 10.0))
    second = Turn("y", 8.0, recording("b", 0, 4.0))
    assert Screenplay({"x": 0, "y": 0}, (first, second)).overlap_share == pytest.approx(2 / 12)


def test_words_without_times_fill_the_recording_in_order() -> None:
    words = _spread_words("a longer word", 3.0)
    assert [w.text for w in words] == ["a", "longer", "word"]
    assert words[0].start_s == 0.0
    assert words[-1].end_s == pytest.approx(3.0)
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in itertools.pairwise(words))
