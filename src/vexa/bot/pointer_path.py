"""How a person's pointer gets from one place to another. Pure: places and dice in, steps out.

One sweep, curved and eased, that ends a little beside its target, and a small one that corrects it.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

Place = tuple[int, int]

#: No path takes longer, seconds.
LONGEST_S = 1.2
#: Time of a sweep by Fitts's law, `a + b * log2(1 + distance / width)`: seconds, seconds a bit, and
#: the width of a button, pixels. 0.1 s a bit is what people with a mouse need (MacKenzie 1992).
_SWEEP_S, _BIT_S, _WIDTH_PX = 0.12, 0.1, 40.0
#: Time of the correction, seconds, and of both together against what the law says.
_CORRECTION_S = (0.07, 0.13)
_PACE = (0.85, 1.15)
#: A usual mouse tells its place 125 times a second.
_EVERY_S = 0.008
#: How far the line bows to one side and how far the sweep goes past its end, as shares of the
#: distance; the most of both, pixels.
_BOW, _MOST_BOW_PX = (0.03, 0.09), 60.0
_PAST, _MOST_PAST_PX = (-0.01, 0.05), 18.0
#: How far beside its end the sweep ends at least, pixels, so that there is something to correct.
_BESIDE_PX, _LEAST_BESIDE_PX = (3.0, 6.0), 2.0
#: A hand trembles by so much, pixels.
_TREMOR_PX = 0.6


@dataclass(frozen=True, slots=True)
class Step:
    """Be at this place of the screen, pixels, and wait."""

    x: int
    y: int
    wait_s: float


def pointer_path(start: Place, end: Place, screen: Place, dice: random.Random) -> list[Step]:
    """Return the steps to a place.

    Args:
        start: where the pointer is.
        end: where the last step is; on the screen.
        screen: width and height; no step leaves it.
        dice: what makes each path another.

    Returns:
        Steps that each move the pointer, the last one to `end`; `LONGEST_S` together at most, with
        an end for a start too.
    """
    turn = _turning_point(start, end, screen, dice)
    distance = math.dist(start, end)
    sweep_s = _SWEEP_S + _BIT_S * math.log2(1 + distance / _WIDTH_PX) * dice.uniform(*_PACE)
    correction_s = dice.uniform(*_CORRECTION_S)
    fits = min(1.0, LONGEST_S / (sweep_s + correction_s))
    moments = [
        *_sweep(start, turn, sweep_s * fits, screen, dice),
        *_sweep(turn, end, correction_s * fits, screen, dice),
    ]
    return _steps(start, moments)


def _turning_point(start: Place, end: Place, screen: Place, dice: random.Random) -> Place:
    """Where the sweep ends: past the end along the line, and beside it."""
    distance = math.dist(start, end)
    heading = math.atan2(end[1] - start[1], end[0] - start[0])
    along = math.cos(heading), math.sin(heading)
    past = min(distance * dice.uniform(*_PAST), _MOST_PAST_PX)
    beside = dice.uniform(*_BESIDE_PX) * dice.choice((-1, 1))
    turn = end
    # the edge of the screen may leave nothing of one, but not of all
    for forward, side in ((past, beside), (past, -beside), (0.0, beside), (0.0, -beside)):
        x = end[0] + forward * along[0] - side * along[1]
        y = end[1] + forward * along[1] + side * along[0]
        turn = _within((x, y), screen)
        if math.dist(turn, end) >= _LEAST_BESIDE_PX:
            break
    return turn


def _sweep(
    start: Place, end: Place, time_s: float, screen: Place, dice: random.Random
) -> list[Step]:
    """Move with the least jerk (Flash and Hogan 1985), along a line that bows to one side."""
    distance = math.dist(start, end)
    bow = min(distance * dice.uniform(*_BOW), _MOST_BOW_PX) * dice.choice((-1, 1))
    across = (0.0, 0.0)
    if distance:
        across = ((start[1] - end[1]) / distance, (end[0] - start[0]) / distance)
    count = max(4, round(time_s / _EVERY_S))
    steps = []
    for number in range(1, count + 1):
        t = number / count
        share = t**3 * (10 - 15 * t + 6 * t * t)
        aside = bow * math.sin(math.pi * share)
        tremor = (0.0, 0.0) if number == count else (_tremor(dice), _tremor(dice))
        x, y = (
            start[axis] + (end[axis] - start[axis]) * share + across[axis] * aside + tremor[axis]
            for axis in (0, 1)
        )
        steps.append(Step(*_within((x, y), screen), time_s / count))
    return steps


def _tremor(dice: random.Random) -> float:
    return dice.gauss(0.0, _TREMOR_PX)


def _within(place: tuple[float, float], screen: Place) -> Place:
    x, y = (min(max(round(at), 0), size - 1) for at, size in zip(place, screen, strict=True))
    return x, y


def _steps(start: Place, moments: list[Step]) -> list[Step]:
    """Join moments at one place, so that each step moves; the time stays."""
    steps: list[Step] = []
    at, waited_s = start, 0.0
    for moment in moments:
        if (moment.x, moment.y) != at:
            steps.append(Step(moment.x, moment.y, moment.wait_s + waited_s))
            at, waited_s = (moment.x, moment.y), 0.0
        elif steps:
            last = steps.pop()
            steps.append(Step(last.x, last.y, last.wait_s + moment.wait_s))
        else:
            waited_s += moment.wait_s
    return steps
