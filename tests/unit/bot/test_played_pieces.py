"""When what came out of the sink's pipe was played."""

from __future__ import annotations

import numpy as np
import pytest

from vexa.bot.sound_sink import RATE_HZ, PlayedPieces

NOW_MS = 1_700_000_000_000.0


def sound(length_ms: float, value: int = 7) -> bytes:
    return np.full(round(RATE_HZ * length_ms / 1000), value, "<i2").tobytes()


def test_what_was_just_read_ends_now_and_is_cut_into_tenths() -> None:
    pieces = PlayedPieces().take(sound(250), NOW_MS)
    assert [piece.at_ms for piece in pieces] == [NOW_MS - 250, NOW_MS - 150, NOW_MS - 50]
    assert [len(piece.samples) for piece in pieces] == [4_800, 4_800, 2_400]
    assert {(piece.source, piece.rate_hz) for piece in pieces} == {(None, RATE_HZ)}


def test_readings_at_odd_times_are_one_stretch_of_sound() -> None:
    played, now_ms = PlayedPieces(), NOW_MS
    ends: list[float] = []
    played.take(sound(100), now_ms)
    for length_ms, passed_ms in ((80, 100), (140, 120), (60, 100), (20, 0), (100, 90)):
        now_ms += passed_ms
        for piece in played.take(sound(length_ms), now_ms):
            assert not ends or piece.at_ms == pytest.approx(ends[-1], rel=0, abs=0.1)
            ends.append(piece.at_ms + len(piece.samples) * 1000 / RATE_HZ)


def test_a_stall_that_lost_nothing_keeps_the_time() -> None:
    played = PlayedPieces()
    played.take(sound(100), NOW_MS)
    pieces = played.take(sound(5_000), NOW_MS + 5_020)
    assert pieces[0].at_ms == NOW_MS


def test_after_lost_sound_the_rest_is_from_now() -> None:
    played = PlayedPieces()
    played.take(sound(100), NOW_MS)
    pieces = played.take(sound(10_000), NOW_MS + 14_000)
    assert pieces[0].at_ms == NOW_MS + 4_000


def test_half_a_sample_waits_for_the_other_half() -> None:
    played = PlayedPieces()
    first = played.take(sound(100, 0x0102)[:-1], NOW_MS)
    second = played.take(sound(100, 0x0102)[-1:], NOW_MS)
    assert len(first[0].samples) == 4_799
    assert second[0].samples.tolist() == [0x0102]
