"""Where a pointer goes: as a person's does, and where it was meant to."""

from __future__ import annotations

import random
from itertools import pairwise
from math import hypot

import pytest

from vexa.bot.pointer_path import LONGEST_S, Step, pointer_path

SCREEN = (1280, 720)
JOURNEYS = [
    ((640, 360), (1100, 650)),
    ((0, 0), (1279, 719)),
    ((1279, 0), (3, 715)),
    ((500, 400), (501, 400)),
    ((500, 400), (500, 400)),
    ((1279, 719), (1279, 719)),
    ((1000, 440), (1279, 719)),
]


def walk(start: tuple[int, int], end: tuple[int, int], seed: int) -> list[Step]:
    return pointer_path(start, end, SCREEN, random.Random(seed))


@pytest.mark.parametrize(("start", "end"), JOURNEYS)
def test_a_path_ends_on_its_target_in_time_and_stays_on_the_screen(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    for seed in range(40):
        steps = walk(start, end, seed)
        assert (steps[-1].x, steps[-1].y) == end
        assert all(0 <= step.x < SCREEN[0] and 0 <= step.y < SCREEN[1] for step in steps)
        assert all(step.wait_s > 0 for step in steps)
        assert sum(step.wait_s for step in steps) <= LONGEST_S + 1e-9


@pytest.mark.parametrize(("start", "end"), JOURNEYS)
def test_no_two_paths_are_the_same(start: tuple[int, int], end: tuple[int, int]) -> None:
    assert len({tuple(walk(start, end, seed)) for seed in range(50)}) == 50


@pytest.mark.parametrize(("start", "end"), JOURNEYS)
def test_every_step_moves_and_there_are_several(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    for seed in range(40):
        steps = walk(start, end, seed)
        places = [start, *((step.x, step.y) for step in steps)]
        assert len(steps) >= 6
        assert all(one != other for one, other in pairwise(places))


def test_a_long_path_is_curved_and_eased() -> None:
    (x0, y0), (x1, y1) = JOURNEYS[0]
    length = hypot(x1 - x0, y1 - y0)
    for seed in range(20):
        steps = walk((x0, y0), (x1, y1), seed)
        off_line = [abs((x1 - x0) * (s.y - y0) - (y1 - y0) * (s.x - x0)) / length for s in steps]
        assert max(off_line) > 3
        leaps = [hypot(b.x - a.x, b.y - a.y) / b.wait_s for a, b in pairwise(steps)]
        assert max(leaps[len(leaps) // 4 : -4]) > 3 * max(leaps[0], leaps[-1])


def test_a_longer_way_takes_longer() -> None:
    def time_to(end: tuple[int, int]) -> float:
        return sum(step.wait_s for seed in range(20) for step in walk((100, 100), end, seed))

    assert time_to((140, 100)) < time_to((400, 100)) < time_to((1200, 100))


def test_most_far_paths_pass_their_target_by_a_little() -> None:
    passed = [
        max(step.x for step in walk((100, 300), (900, 300), seed)) - 900 for seed in range(40)
    ]
    assert sum(beyond > 2 for beyond in passed) > 20
    assert max(passed) <= 30
