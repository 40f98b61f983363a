"""Pauses in a mix: where it is quiet, against how loud it usually is."""

from __future__ import annotations

import numpy as np

from vexa.bot.page_messages import AudioPiece
from vexa.bot.pauses import Pauses

RATE_HZ = 48_000


def pauses_of(levels: str, *, loud: int = 4_000, quiet: int = 300, from_ms: int = 0) -> Pauses:
    """Hear pieces of 100 ms: `#` is loud, `.` quiet, a space nothing at all."""
    heard = Pauses()
    for number, kind in enumerate(levels):
        if kind == " ":
            continue
        samples = np.resize(np.array([1, -1]) * (loud if kind == "#" else quiet), RATE_HZ // 10)
        at_ms = from_ms + number * 100.0
        heard.take(AudioPiece("t", at_ms, None, RATE_HZ, samples.astype(np.int16)))
    return heard


def test_the_first_quiet_piece_counts() -> None:
    heard = pauses_of("####..##.###")
    assert heard.quiet_after(0) == 500
    assert heard.quiet_after(450) == 500
    assert heard.quiet_after(600) == 900


def test_uninterrupted_speech_has_none() -> None:
    assert pauses_of("############").quiet_after(200) is None


def test_what_never_came_is_a_pause() -> None:
    assert pauses_of("####   #####").quiet_after(0) == 700


def test_a_noisy_room_has_pauses_too() -> None:
    heard = pauses_of("#####.######", loud=6_000, quiet=1_000)
    assert heard.quiet_after(0) == 600


def test_only_the_last_seconds_are_remembered() -> None:
    assert pauses_of("." + "#" * 120).quiet_after(2_500) is None
