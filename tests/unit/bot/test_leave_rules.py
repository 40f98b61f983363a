"""When a bot leaves by itself."""

from __future__ import annotations

import pytest

from vexa.bot.leave_rules import LeaveRules
from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.meeting import Outcome

ADMITTED_S = 1_000.0
LIMITS = AutomaticLeave(
    max_bot_time=600_000,
    max_time_left_alone=60_000,
    no_one_joined_timeout=120_000,
    silence_timeout=100_000,
)


def judged(*counts: tuple[float, int | None]) -> list[Outcome | None]:
    """Judge head counts at seconds after the admission."""
    rules = LeaveRules(LIMITS, ADMITTED_S)
    return [rules.judge(ADMITTED_S + at_s, others) for at_s, others in counts]


def test_nobody_ever_came() -> None:
    assert judged((0, 0), (119.9, 0), (120, 0)) == [None, None, Outcome.NO_ONE_JOINED]


def test_everybody_left() -> None:
    assert judged((0, 2), (50, 0), (109.9, 0), (110, 0)) == [None, None, None, Outcome.LEFT_ALONE]


def test_who_had_company_is_not_judged_by_the_longer_limit() -> None:
    assert judged((0, 0), (100, 1), (101, 0), (160, 0), (161, 0))[-2:] == [None, Outcome.LEFT_ALONE]


@pytest.mark.parametrize("others", [1, None])
def test_one_other_count_starts_the_time_anew(others: int | None) -> None:
    counts = ((0, 1), (10, 0), (69, others), (70, 0), (129, 0))
    assert judged(*counts) == [None] * 5


def test_a_page_that_tells_nothing_empties_no_meeting() -> None:
    assert judged((0, None), (300, None), (599, None)) == [None] * 3


def test_unknown_is_not_company() -> None:
    assert judged((0, None), (1, 0), (62, 0), (121, 0)) == [None, None, None, Outcome.NO_ONE_JOINED]


@pytest.mark.parametrize("others", [3, 0, None])
def test_the_longest_stay_is_over_whoever_is_there(others: int | None) -> None:
    assert judged((599, 3), (600, others)) == [None, Outcome.MAX_TIME]


@pytest.mark.parametrize("others", [3, None])
def test_long_silence_ends_the_stay_whoever_is_shown(others: int | None) -> None:
    rules = LeaveRules(LIMITS, ADMITTED_S)
    assert rules.judge(ADMITTED_S + 200, others, 99.9) is None
    assert rules.judge(ADMITTED_S + 201, others, 100.0) is Outcome.SILENCE


def test_no_limit_of_silence_is_none() -> None:
    rules = LeaveRules(LIMITS.model_copy(update={"silence_timeout": 0}), ADMITTED_S)
    assert rules.judge(ADMITTED_S + 599, 3, 599.0) is None
