"""What broken connections of a page mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vexa.bot.capture import Capture


def capture(heeds_page_mix: Callable[[], bool] | None = None) -> Capture:
    def drop(_message: object) -> None: ...

    return Capture(frozenset(), drop, drop, drop, drop, heeds_page_mix=heeds_page_mix)


@pytest.mark.parametrize(
    ("states", "is_cut_off"),
    [((), False), (("failed", "connected"), False), (("failed", "closed"), True)],
)
def test_a_meeting_is_out_of_reach_when_every_connection_is_broken(
    states: tuple[str, ...], is_cut_off: bool
) -> None:
    one = capture()
    one.connections |= {str(number): state for number, state in enumerate(states)}
    assert one.is_cut_off is is_cut_off


def test_tracks_are_read_while_they_are_there() -> None:
    one = capture()
    nonce = one._messages._nonce
    assert one.unread_ms is None
    one.take(f"{nonce} docone track 1 1 - -")
    unread_ms = one.unread_ms
    assert unread_ms is not None
    assert unread_ms < 1_000
    one._read_ms["docone-1"] -= 60_000
    one.take(f"{nonce} docone read 1")
    assert (one.unread_ms or 0) < 1_000
    one.take(f"{nonce} docone ended 1")
    assert one.unread_ms is None


def test_connections_that_carry_no_sound_tell_nothing() -> None:
    one = capture(lambda: True)
    one.connections["data"] = "failed"
    assert not one.is_cut_off


def test_what_the_page_plays_counts_only_while_the_platform_says_so() -> None:
    heeds = False
    one = capture(lambda: heeds)
    nonce = one._messages._nonce
    one.take(f"{nonce} docone track 1 0 - page-mix")
    one.take(f"{nonce} docone read 1")
    assert (one.tracks, one.unread_ms) == (0, None)
    heeds = True
    assert one.tracks == 1
    one.take(f"{nonce} docone read 1")
    assert (one.unread_ms or 0) < 1_000
