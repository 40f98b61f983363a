"""A track's owner may be told after its first sound."""

from __future__ import annotations

import numpy as np
import pytest

from vexa.bot.page_messages import AudioPiece
from vexa.bot.track_sound import TrackSound
from vexa.platforms.base import TrackNames


class Bench:
    """Tracks whose owners become known."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.out: list[tuple[float, str | None]] = []
        self.sound = TrackSound(
            lambda names: self.owners.get(names.stream),
            lambda piece: self.out.append((piece.at_ms, piece.source)),
        )

    def piece(self, at_ms: float, track: str = "t1", stream: str = "s1") -> None:
        samples = np.ones(4_800, np.int16)
        self.sound.take(AudioPiece(track, at_ms, None, 48_000, samples, TrackNames(stream)))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_first_sound_waits_for_the_owner_and_keeps_its_order(bench: Bench) -> None:
    bench.piece(0)
    bench.piece(100)
    bench.sound.tick(200)
    assert bench.out == []
    bench.owners["s1"] = "ada"
    bench.piece(200)
    assert bench.out == [(0, "ada"), (100, "ada"), (200, "ada")]


def test_an_owner_is_noticed_without_more_sound(bench: Bench) -> None:
    bench.piece(0)
    bench.owners["s1"] = "ada"
    bench.sound.tick(200)
    assert bench.out == [(0, "ada")]


def test_a_track_that_stays_nobodys_is_a_source_of_its_own(bench: Bench) -> None:
    bench.piece(0)
    bench.piece(0, "t2", "")
    bench.sound.tick(999)
    assert bench.out == []
    bench.sound.tick(1_000)
    bench.piece(1_100)
    assert bench.out == [(0, "s1"), (0, "track:t2"), (1_100, "s1")]
    bench.owners["s1"] = "ada"
    bench.piece(1_200)
    assert bench.out[-1] == (1_200, "ada")


def test_nothing_is_kept_at_the_end(bench: Bench) -> None:
    bench.piece(0)
    bench.sound.flush()
    bench.sound.flush()
    assert bench.out == [(0, "s1")]
