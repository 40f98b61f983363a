"""Three slots for any number of speakers."""

from __future__ import annotations

from collections.abc import Mapping

from vexa.simulator.sfu.slots import MIN_HOLD_TICKS, SLOT_COUNT, SlotBoard


def hold(board: SlotBoard, start: int, ticks: int, levels: Mapping[int, float]) -> list[int | None]:
    """Keep the same people speaking; return what the slots send in the last tick."""
    sending: tuple[int | None, ...] = ()
    for tick in range(start, start + ticks):
        sending = board.assign(tick, levels)
    return list(sending)


def test_silence_sends_nothing() -> None:
    assert hold(SlotBoard(), 0, 5, {}) == [None] * SLOT_COUNT


def test_overlapping_speakers_get_slots_of_their_own() -> None:
    board = SlotBoard()
    hold(board, 0, 10, {1: -20.0})
    sending = hold(board, 10, 10, {1: -20.0, 2: -25.0, 3: -30.0})
    assert sending == [1, 2, 3]


def test_a_speaker_keeps_the_slot_through_a_pause() -> None:
    board = SlotBoard()
    hold(board, 0, 10, {1: -20.0, 2: -20.0})
    hold(board, 10, 100, {2: -20.0})
    assert hold(board, 110, 5, {1: -20.0, 2: -20.0}) == [1, 2, None]


def test_a_fourth_speaker_takes_the_slot_silent_longest() -> None:
    board = SlotBoard()
    for number, stream in enumerate([1, 2, 3]):
        hold(board, number * 10, 10, {stream: -20.0})
    assert hold(board, 30, 1, {4: -20.0}) == [4, None, None]
    assert hold(board, 31, 1, {1: -20.0}) == [None, 1, None]
    assert board.carries == (4, 1, 3)


def test_a_louder_fourth_pushes_out_the_quietest_of_three() -> None:
    board = SlotBoard()
    hold(board, 0, 200, {1: -20.0, 2: -40.0, 3: -25.0})
    assert hold(board, 200, 100, {1: -20.0, 2: -40.0, 3: -25.0, 4: -22.0}) == [1, 3, 4]


def test_a_fourth_who_is_not_louder_is_not_heard() -> None:
    board = SlotBoard()
    hold(board, 0, 200, {1: -20.0, 2: -24.0, 3: -22.0})
    assert hold(board, 200, 200, {1: -20.0, 2: -24.0, 3: -22.0, 4: -23.0}) == [1, 3, 2]


def test_nobody_is_pushed_out_within_the_first_second() -> None:
    board = SlotBoard()
    three = {1: -20.0, 2: -40.0, 3: -25.0}
    hold(board, 0, 10, three)
    last_safe = MIN_HOLD_TICKS - 10
    assert hold(board, 10, last_safe, {**three, 4: -10.0}) == [1, 3, 2]
    assert hold(board, MIN_HOLD_TICKS, 1, {**three, 4: -10.0}) == [1, 3, 4]


def test_no_stream_is_ever_in_two_slots() -> None:
    board = SlotBoard()
    for tick in range(2000):
        levels = {
            stream: -20.0 - (tick * stream) % 23 for stream in range(1, 9) if tick % stream < 3
        }
        sending = [stream for stream in board.assign(tick, levels) if stream is not None]
        assert len(sending) == len(set(sending))
        assert set(sending) <= levels.keys()
        assert len(sending) == min(SLOT_COUNT, len(levels))
