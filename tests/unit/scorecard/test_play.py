"""Talks are the same for the same seed, and nobody talks over themselves."""

from __future__ import annotations

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.bench.scorecard.play import compose, monologue, write_noise
from vexa.demo.speech import Recording

RECORDINGS = [
    Recording(Path(f"{voice}-{number}.wav"), voice, 2.0 + number, "words", ())
    for voice in ("a", "b", "c", "d", "e")
    for number in range(8)
]


@pytest.mark.parametrize("people", [2, 3, 5])
def test_a_talk_has_its_people_and_its_length_and_follows_the_seed(people: int) -> None:
    plays = [compose(RECORDINGS, people, 60.0, str(seed)) for seed in range(20)]
    for play in plays:
        assert len(play.joins_s) == people
        assert play.end_s > 45.0
        assert {turn.participant for turn in play.turns} <= set(play.joins_s)
        for name, join_s in play.joins_s.items():
            turns = [turn for turn in play.turns if turn.participant == name]
            assert all(turn.at_s >= join_s for turn in turns)
            assert all(b.at_s >= a.end_s for a, b in itertools.pairwise(turns))
    assert compose(RECORDINGS, people, 60.0, "0") == plays[0]
    assert len({play.turns for play in plays}) == len(plays)
    assert any(play.overlap_share > 0 for play in plays)
    assert any(play.joins_s.values()) == (people > 2)


def test_a_monologue_is_of_one_voice_and_long_enough() -> None:
    speech = monologue(RECORDINGS, 30.0, "1")
    assert len({str(line["file"]).rsplit("/")[-1][0] for line in speech}) == 1
    assert speech[-1]["at_s"] > 20.0  # type: ignore[operator]


def test_noise_is_that_of_a_quiet_room(tmp_path: Path) -> None:
    write_noise(tmp_path / "noise.wav", 0.5, 1)
    with wave.open(str(tmp_path / "noise.wav")) as file:
        assert file.getnframes() == 24_000
        samples = np.frombuffer(file.readframes(24_000), "<i2") / 32_768
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.001, rel=0.1)
