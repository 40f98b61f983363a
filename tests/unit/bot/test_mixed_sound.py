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

    def speaks(
        self,
        device: str,
        from_ms: float,
        to_ms: float | None = None,
        *,
        may_be_a_pause: bool = False,
    ) -> None:
        self.mix.note(Speaking(device, is_on=True, at_ms=from_ms + LATE_MS))
        if to_ms is not None:
            self.mix.note(Speaking(device, False, to_ms + LATE_MS, may_be_a_pause))

    def piece(
        self, at_ms: float, source: str | None = None, track: str = "t", *, loud: bool = True
    ) -> None:
        samples = np.full(4_800, 5_000 if loud else 1, np.int16)
        self.mix.take(AudioPiece(track, at_ms, source, 48_000, samples))


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


def test_sound_that_comes_late_waits_for_a_sign_as_late(bench: Bench) -> None:
    bench.mix.tick(2_800)
    bench.piece(0)
    bench.mix.tick(2_900)
    assert bench.out == []
    assert bench.mix.whole_until_ms(2_900) == 0
    bench.speaks("ada", 0)
    bench.mix.tick(3_200)
    assert bench.out == [(0, "ada")]
    assert bench.mix.whole_until_ms(3_200) == 3_200 - 700


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


def test_a_pause_between_two_words_stays_with_their_speaker(bench: Bench) -> None:
    for at_ms in range(0, 2_000, 100):
        bench.piece(at_ms)
    bench.speaks("ada", 0, 1_000, may_be_a_pause=True)
    bench.speaks("ada", 1_400)
    bench.mix.flush()
    assert {source for _, source in bench.out} == {"ada"}


def test_what_comes_long_after_the_last_sign_is_nobodys(bench: Bench) -> None:
    bench.speaks("ada", 0, 1_000, may_be_a_pause=True)
    bench.piece(1_300)
    bench.piece(1_500)
    bench.mix.flush()
    assert bench.out == [(1_300, "ada"), (1_500, None)]


def test_what_comes_before_somebody_elses_sign_is_nobodys(bench: Bench) -> None:
    bench.speaks("ada", 0, 1_000, may_be_a_pause=True)
    bench.speaks("bob", 1_400)
    for at_ms in (1_000, 1_200, 1_300):
        bench.piece(at_ms)
    bench.mix.flush()
    assert bench.out == [(1_000, "ada"), (1_200, None), (1_300, None)]


def test_an_end_that_is_no_pause_leaves_nothing_behind(bench: Bench) -> None:
    bench.speaks("ada", 0, 1_000)
    bench.piece(1_000)
    bench.mix.flush()
    assert bench.out == [(1_000, None)]


def test_a_flash_leaves_nothing_behind(bench: Bench) -> None:
    bench.speaks("ada", 0, 240, may_be_a_pause=True)
    bench.piece(300)
    bench.mix.flush()
    assert bench.out == [(300, None)]


def test_what_comes_before_the_first_sign_is_nobodys(bench: Bench) -> None:
    bench.speaks("ada", 100, 1_000, may_be_a_pause=True)
    bench.piece(0)
    bench.mix.flush()
    assert bench.out == [(0, None)]


def test_a_track_whose_packets_name_sources_waits_for_no_sign(bench: Bench) -> None:
    bench.piece(0)
    bench.piece(100, source="17")
    assert bench.out == []
    bench.mix.tick(200)
    assert bench.out == [(0, None), (100, "17")]
    assert bench.mix.whole_until_ms(200) == 200
    bench.piece(200)
    bench.mix.tick(300)
    assert bench.out[-1] == (200, None)


def test_another_track_beside_it_still_waits(bench: Bench) -> None:
    bench.piece(0, source="17")
    bench.mix.tick(100)
    bench.piece(100, track="sink")
    bench.mix.tick(200)
    assert bench.out == [(0, "17")]
    assert bench.mix.whole_until_ms(200) < 0
    bench.speaks("ada", 0)
    bench.mix.tick(800)
    assert bench.out == [(0, "17"), (100, "ada")]


def test_who_is_shown_while_another_still_speaks_is_named_after_a_pause(bench: Bench) -> None:
    for at_ms in range(0, 1_500, 100):
        bench.piece(at_ms, loud=at_ms != 1_000)
    bench.speaks("ada", 0, 200)
    begun = Speaking("bob", True, 600 + LATE_MS, pause_from_ms=200 + LATE_MS)
    bench.mix.note(begun)
    bench.mix.flush()
    sources = [source for _, source in bench.out]
    assert sources == [*["ada"] * 2, *[None] * 9, *["bob"] * 4]


def test_who_is_shown_after_a_pause_is_named_from_the_sign_on(bench: Bench) -> None:
    for at_ms in range(0, 1_500, 100):
        bench.piece(at_ms, loud=at_ms != 300)
    bench.speaks("ada", 0, 200)
    bench.mix.note(Speaking("bob", True, 600 + LATE_MS, pause_from_ms=200 + LATE_MS))
    bench.mix.flush()
    sources = [source for _, source in bench.out]
    assert sources == [*["ada"] * 2, *[None] * 4, *["bob"] * 9]
