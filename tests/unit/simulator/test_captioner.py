"""The double's captions: late by what it says, growing, a line for each stretch of somebody's."""

from __future__ import annotations

import random

from vexa.simulator.sfu.speech_source import TICK_MS
from vexa.simulator.teams.captions import Captioner, CaptionLine

S = 1_000 // TICK_MS


def shown(talks: dict[int, list[tuple[float, float]]]) -> list[tuple[float, CaptionLine]]:
    """What is shown anew when, seconds, of streams that sound from and to these seconds."""
    return [(at, line) for at, line in told(talks) if not line.is_final]


def told(talks: dict[int, list[tuple[float, float]]]) -> list[tuple[float, CaptionLine]]:
    """What is told when, seconds, lines that are over included."""
    made = Captioner(random.Random(3))
    out: list[tuple[float, CaptionLine]] = []
    for tick in range(30 * S):
        sounding = {
            stream
            for stream, spans in talks.items()
            if any(begin * S <= tick < end * S for begin, end in spans)
        }
        out += [(tick / S, line) for line in made.step(tick, sounding)]
    return out


def test_a_line_comes_late_and_grows_and_the_last_word_has_its_growth() -> None:
    out = shown({7: [(1.0, 5.1)]})
    assert {(line.number, line.stream_id) for _, line in out} == {(1, 7)}
    lengths = [len(line.text) for _, line in out]
    assert lengths == sorted(set(lengths))
    assert 1.4 + 1.0 <= out[0][0] <= 1.4 + 1.7
    assert 5.1 + 1.0 <= out[-1][0] <= 5.1 + 1.7
    assert len(out) == 11


def test_every_word_is_captioned_between_one_and_two_seconds_later() -> None:
    times = [at for at, _ in shown({7: [(1.0, 9.0)]})]
    for spoken_s in (one / 10 for one in range(10, 90)):
        assert any(1.0 <= at - spoken_s <= 2.1 for at in times), spoken_s


def test_a_pause_and_another_speaker_are_lines_of_their_own() -> None:
    out = shown({7: [(1.0, 3.0), (3.5, 4.0), (8.0, 9.0)], 8: [(2.0, 4.0)]})
    assert {(line.number, line.stream_id) for _, line in out} == {(1, 7), (2, 8), (3, 7)}


def test_a_line_is_final_once_somebody_was_silent_and_as_it_was_shown_last() -> None:
    out = told({7: [(1.0, 3.0), (8.0, 9.0)]})
    first, second = [(at, line) for at, line in out if line.is_final]
    assert first[0] >= 3.0 + 1.0
    last = [line for at, line in out if line.number == 1 and not line.is_final][-1]
    assert (first[1].text, first[1].began_tick, first[1].length_s) == (last.text, 1 * S, 2.0)
    assert (second[1].number, second[1].began_tick, second[1].length_s) == (2, 8 * S, 1.0)
    assert [line for _, line in out if line.number == 1][-1] is first[1]
