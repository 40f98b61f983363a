"""Silence counts while sound would be heard; a bot that should hear and does not is deaf."""

from __future__ import annotations

import pytest

from vexa.bot.hearing_proof import HearingProof

START_MS = 1_700_000_000_000.0
LOUD, FAINT = 4_000, 150


class Stay:
    """Looks once a second."""

    def __init__(self) -> None:
        self.proof = HearingProof()
        self.now_s = 0
        self.proof.look(START_MS, 0.0)

    def say(self, peak: int = LOUD) -> None:
        self.proof.take_sound(START_MS + self.now_s * 1000, peak)

    def sign(self) -> None:
        self.proof.take_sign(START_MS + self.now_s * 1000)

    def wait(self, seconds: int, *, unread_ms: float | None = 0.0) -> float:
        for _ in range(seconds):
            self.now_s += 1
            self.proof.look(START_MS + self.now_s * 1000, unread_ms)
        return self.proof.silent_ms / 1000


def test_silence_lasts_since_the_last_sound() -> None:
    stay = Stay()
    stay.say()
    assert stay.wait(30) == 30
    stay.say()
    assert stay.wait(5) == 5


def test_the_noise_of_a_room_is_silence() -> None:
    stay = Stay()
    stay.say()
    stay.wait(30)
    stay.say(FAINT)
    assert stay.wait(5) == 35


def test_who_never_heard_anything_cannot_tell_silence() -> None:
    stay = Stay()
    assert stay.wait(300) == 0
    stay.say(FAINT)
    assert stay.wait(300) == 0


@pytest.mark.parametrize("unread_ms", [16_000.0, None])
def test_silence_of_tracks_that_nobody_reads_counts_from_when_they_are_read(
    unread_ms: float | None,
) -> None:
    stay = Stay()
    stay.say()
    stay.wait(100)
    assert stay.wait(10, unread_ms=unread_ms) == 0
    assert stay.wait(20) == 20


@pytest.mark.parametrize("leap_s", [600, -600])
def test_a_leap_of_the_clock_is_no_silence(leap_s: int) -> None:
    stay = Stay()
    stay.say()
    stay.wait(10)
    stay.now_s += leap_s
    assert stay.wait(1) == 0


def test_a_bot_is_deaf_where_people_speak_unheard() -> None:
    stay = Stay()
    stay.say()
    for _ in range(4):
        stay.wait(7)
        stay.sign()
    assert stay.proof.is_deaf
    stay.say(FAINT)
    assert not stay.proof.is_deaf


def test_a_few_signs_at_once_make_no_bot_deaf() -> None:
    stay = Stay()
    for _ in range(8):
        stay.sign()
        stay.wait(2)
    assert not stay.proof.is_deaf


def test_a_bot_is_deaf_where_no_track_is_read_though_there_are_some() -> None:
    stay = Stay()
    stay.say()
    stay.wait(10, unread_ms=29_000.0)
    assert not stay.proof.is_deaf
    stay.wait(1, unread_ms=30_000.0)
    assert stay.proof.is_deaf
    stay.wait(1, unread_ms=None)
    assert not stay.proof.is_deaf
