"""Whose a source is, by the tiles that are lit while it sounds."""

from __future__ import annotations

import numpy as np
import pytest

from vexa.bot.glow_witness import GlowWitness
from vexa.bot.page_messages import AudioPiece
from vexa.platforms.base import Speaking


class Bench:
    """A meeting of which the witness is told in pieces of 100 ms."""

    def __init__(self) -> None:
        self.witness = GlowWitness()
        self.now_ms = 0.0

    def lit(self, *devices: str) -> None:
        for device in ("ada", "bob", "eve"):
            self.witness.note(Speaking(device, device in devices, self.now_ms))

    def sounds(self, seconds: float, *sources: str | None) -> None:
        for _ in range(round(seconds * 10)):
            for slot, source in enumerate(sources):
                samples = np.ones(4_800, np.int16)
                self.witness.take(AudioPiece(str(slot), self.now_ms, source, 48_000, samples))
            self.now_ms += 100.0


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_source_is_the_person_who_is_lit_while_it_sounds(bench: Bench) -> None:
    bench.lit("ada")
    bench.sounds(4, "1")
    bench.now_ms += 2_000
    bench.lit("bob")
    bench.sounds(4, "2")
    assert (bench.witness.owner_of("1"), bench.witness.owner_of("2")) == ("ada", "bob")
    assert bench.witness.owner_of("3") is None


def test_a_few_words_are_not_enough(bench: Bench) -> None:
    bench.lit("ada")
    bench.sounds(3, "1")
    assert bench.witness.owner_of("1") is None


def test_short_words_never_count_together(bench: Bench) -> None:
    bench.lit("ada")
    for _ in range(20):
        bench.sounds(1, "1")
        bench.now_ms += 1_000
    assert bench.witness.owner_of("1") is None


def test_a_light_that_lingers_gives_nobody_a_name(bench: Bench) -> None:
    for _ in range(10):
        bench.lit("ada")
        bench.sounds(0.9, "1")
        bench.sounds(0.9, "2")
        bench.lit("bob")
        bench.sounds(0.3, "2")
    assert bench.witness.owner_of("2") is None


@pytest.mark.parametrize("devices", [(), ("ada", "bob")])
def test_no_light_and_two_lights_prove_nothing(bench: Bench, devices: tuple[str, ...]) -> None:
    bench.lit(*devices)
    bench.sounds(10, "1")
    assert bench.witness.owner_of("1") is None


def test_two_who_talk_at_once_prove_nothing(bench: Bench) -> None:
    bench.lit("ada")
    bench.sounds(10, "1", "2")
    assert bench.witness.owner_of("1") is None
    assert bench.witness.owner_of("2") is None


def test_sound_without_a_source_breaks_a_stretch(bench: Bench) -> None:
    bench.lit("ada")
    for _ in range(10):
        bench.sounds(1, "1")
        bench.sounds(0.1, None)
    assert bench.witness.owner_of("1") is None


def test_lights_that_disagree_give_no_name(bench: Bench) -> None:
    bench.lit("ada")
    bench.sounds(5, "1")
    bench.lit("bob")
    bench.sounds(2, "1")
    assert bench.witness.owner_of("1") is None


def test_a_flash_of_another_tile_does_not_shake_it(bench: Bench) -> None:
    bench.lit("ada")
    bench.sounds(5, "1")
    bench.lit("ada", "eve")
    bench.sounds(0.3, "1")
    bench.lit("eve")
    bench.sounds(0.3, "1")
    bench.lit("ada")
    bench.sounds(1, "1")
    assert bench.witness.owner_of("1") == "ada"


def test_one_tile_is_never_two_sources(bench: Bench) -> None:
    bench.lit("ada")
    bench.sounds(4, "1")
    bench.now_ms += 2_000
    bench.sounds(4, "2")
    assert bench.witness.owner_of("1") is None
    assert bench.witness.owner_of("2") is None
