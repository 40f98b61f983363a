"""The bot manager's pure rules."""

from __future__ import annotations

import signal

import pytest

from vexa.bot_manager.fleet import Bot, Fleet
from vexa.bot_manager.keeper import unreported_end
from vexa.bot_manager.orchestrators.base import BotHandle
from vexa.contracts.meeting import MeetingStatus, Outcome
from vexa.kit.clock import SystemClock


@pytest.mark.parametrize(
    ("is_hung", "status", "exit_code", "outcome"),
    [
        (False, MeetingStatus.ACTIVE, -signal.SIGKILL, Outcome.BOT_CRASHED),
        (False, MeetingStatus.JOINING, 0, Outcome.BOT_CRASHED),
        (False, MeetingStatus.ACTIVE, None, Outcome.BOT_CRASHED),
        (False, MeetingStatus.REQUESTED, 1, Outcome.START_FAILED),
        (False, MeetingStatus.JOINING, 64, Outcome.START_FAILED),
        (True, MeetingStatus.ACTIVE, -signal.SIGKILL, Outcome.BOT_HUNG),
    ],
)
def test_end_without_a_report(
    is_hung: bool, status: MeetingStatus, exit_code: int | None, outcome: Outcome
) -> None:
    assert unreported_end(is_hung, status, exit_code)[0] is outcome


def test_earlier_deadline_of_a_bot_stays() -> None:
    bot = Bot(1, BotHandle("b", "c", 1, 1), seen_s=0)
    for by_s in (30.0, 10.0, 20.0):
        bot.must_go(by_s)
    assert bot.gone_by_s == 10.0


def test_time_in_which_the_manager_stood_still_is_forgiven() -> None:
    fleet = Fleet(SystemClock())
    bot = fleet.add(1, BotHandle("b", "c", 1, 1))
    seen_s = bot.seen_s
    fleet.excuse(40)
    assert bot.seen_s == seen_s + 40


async def test_news_between_listening_and_waiting_is_not_missed() -> None:
    fleet = Fleet(SystemClock())
    with fleet.listening(1) as first, fleet.listening(1) as second:
        fleet.ring(1)
        assert first.is_set()
        assert second.is_set()
    fleet.ring(1)
