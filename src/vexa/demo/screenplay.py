"""Who says what when: a meeting composed from recordings, the same for the same seed. Pure.

Turns follow each other with pauses of ordinary talk; some begin before the one before has ended;
one participant joins late.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from vexa.demo.speech import Recording

#: Participants of a meeting, and how long its talk lasts at least.
PARTICIPANTS = 4
TALK_S = 100.0
#: Pause between two turns, seconds.
PAUSE_S = (0.2, 1.2)
#: Share of turns that begin inside the turn before, and by how much at most.
OVERLAP_SHARE = 0.3
OVERLAP_S = (0.6, 2.5)
#: A turn shorter than this is not talked into.
SHORTEST_OVERLAPPED_S = 3.0
#: When the late participant joins, as a share of the talk.
LATE_SHARE = 0.25
#: Speech begins this long after a participant has joined.
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One recording said by one participant, seconds from the start of the meeting's clock."""

    participant: str
    at_s: float
    recording: Recording

    @property
    def end_s(self) -> float:
        """When the recording ends."""
        return self.at_s + self.recording.duration_s


@dataclass(frozen=True, slots=True)
class Screenplay:
    """A whole meeting: participant → when they join; turns in order of start."""

    joins_s: dict[str, float]
    turns: tuple[Turn, ...]

    @property
    def end_s(self) -> float:
        """When the last word is over."""
        return max(turn.end_s for turn in self.turns)

    @property
    def overlap_share(self) -> float:
        """Share of the speaking time during which two or more participants speak."""
        edges = sorted(
            [(turn.at_s, 1) for turn in self.turns] + [(turn.end_s, -1) for turn in self.turns]
        )
        speaking_s = both_s = last_s = 0.0
        level = 0
        for at_s, step in edges:
            speaking_s += (at_s - last_s) * (level > 0)
            both_s += (at_s - last_s) * (level > 1)
            level, last_s = level + step, at_s
        return both_s / speaking_s if speaking_s else 0.0


def compose(recordings: list[Recording], seed: int, *, repeat: int = 1) -> Screenplay:
    """Compose a meeting of `PARTICIPANTS` voices (fewer if there are fewer).

    Args:
        recordings: what can be said; each is said at most `repeat` times.
        seed: another seed gives another cast, order and rhythm.
        repeat: the meeting is about this many times as long.
    """
    dice = random.Random(seed)
    voices = sorted({recording.voice for recording in recordings})
    cast = dice.sample(voices, min(PARTICIPANTS, len(voices)))
    names = {voice: f"Speaker {voice}" for voice in cast}
    stock = {voice: [r for r in recordings if r.voice == voice] * repeat for voice in cast}
    for lines in stock.values():
        dice.shuffle(lines)
    late = cast[-1]
    turns = _write_turns(dice, cast, late, stock, names, TALK_S * repeat)
    first_late_s = min(
        (turn.at_s for turn in turns if turn.participant == names[late]), default=SETTLE_S
    )
    joins = dict.fromkeys(names.values(), 0.0)
    joins[names[late]] = max(0.0, min(TALK_S * LATE_SHARE, first_late_s - SETTLE_S))
    return Screenplay(joins, tuple(turns))


def _write_turns(
    dice: random.Random,
    cast: list[str],
    late: str,
    stock: dict[str, list[Recording]],
    names: dict[str, str],
    talk_s: float,
) -> list[Turn]:
    turns: list[Turn] = []
    free_from_s = dict.fromkeys(cast, 0.0)
    free_from_s[late] = TALK_S * LATE_SHARE + SETTLE_S
    at_s, before = SETTLE_S, None
    while at_s < talk_s:
        others = [voice for voice in cast if stock[voice] and voice != before]
        if not others:
            break
        at_s = max(at_s, min(free_from_s[voice] for voice in others))
        voice = dice.choice([voice for voice in others if free_from_s[voice] <= at_s])
        turn = Turn(names[voice], round(at_s, 3), stock[voice].pop())
        turns.append(turn)
        free_from_s[voice] = turn.end_s + PAUSE_S[0]
        at_s, before = _next_start_s(dice, turn), voice
    return turns


def _next_start_s(dice: random.Random, turn: Turn) -> float:
    talked_into = turn.recording.duration_s >= SHORTEST_OVERLAPPED_S
    if talked_into and dice.random() < OVERLAP_SHARE:
        return turn.end_s - dice.uniform(*OVERLAP_S)
    return turn.end_s + dice.uniform(*PAUSE_S)
