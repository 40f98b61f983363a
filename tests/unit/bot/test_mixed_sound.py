"""One mix, cut by signs that come late."""

from __future__ import annotations

import numpy as np
import pytest

from vexa.bot.mixed_sound import MixedSound
from vexa.bot.page_messages import AudioPiece
from vexa.platforms.base import Speaking

LATE_MS = 300.0


class Bench:
    """A mix whose pieces come as time passes."""

    def __init__(self) -> None:
        self.out: list[tuple[float, str | None]] = []
        self.mix = MixedSound(LATE_MS, lambda piece: self.out.append((piece.at_ms, piece.source)))

    def speaks(self, device: str, from_ms: float, to_ms: float | None = None) -> None:
        self.mix.note(Speaking(device, is_on=True, at_ms=from_ms + LATE_MS))
        if to_ms is not None:
            self.mix.note(Speaking(device, is_on=False, at_ms=to_ms + LATE_MS))

    def piece(self, at_ms: float, source: str | None = None) -> None:
        self.mix.take(AudioPiece("t", at_ms, source, 48_000, np.ones(4_800, np.int16)))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_each_piece_is_the_one_speakers_who_spoke_then(bench: Bench) -> None:
    for at_ms in range(0, 1_000, 100):
        bench.piece(at_ms)
    bench.speaks("ada", 0, 400)
    bench.speaks("bob", 500)
    bench.mix.flush()
    assert [source for _, source in bench.out] == [*["ada"] * 4, None, *["bob"] * 5]


def test_sound_waits_for_its_sign_and_no_longer(bench: Bench) -> None:
    bench.piece(0)
    bench.piece(100)
    bench.mix.tick(600)
    assert bench.out == []
    bench.speaks("ada", 0)
    bench.mix.tick(750)
    assert bench.out == [(0, "ada")]


def test_two_at_once_are_nobody(bench: Bench) -> None:
    bench.speaks("ada", 0, 1_000)
    bench.speaks("bob", 50, 1_000)
    bench.piece(100)
    bench.mix.flush()
    assert bench.out == [(100, None)]


def test_a_short_stretch_is_not_enough_for_a_name(bench: Bench) -> None:
    bench.speaks("ada", 0, 40)
    bench.piece(0)
    bench.mix.flush()
    assert bench.out == [(0, None)]


def test_what_has_a_source_keeps_it_and_its_place(bench: Bench) -> None:
    bench.speaks("ada", 0)
    bench.piece(0)
    bench.piece(100, "4711")
    bench.mix.flush()
    assert bench.out == [(0, "ada"), (100, "4711")]


def test_signs_that_repeat_change_nothing(bench: Bench) -> None:
    bench.speaks("ada", 0)
    bench.speaks("ada", 80)
    bench.mix.note(Speaking("bob", is_on=False, at_ms=LATE_MS))
    bench.piece(0)
    bench.mix.flush()
    assert bench.out == [(0, "ada")]


def test_signs_name_nothing_on_a_track_whose_packets_name_sources(bench: Bench) -> None:
    bench.speaks("ada", 0, 1_000)
    bench.piece(0)
    bench.piece(100, source="17")
    bench.piece(200)
    bench.mix.flush()
    assert bench.out == [(0, "ada"), (100, "17"), (200, None)]
