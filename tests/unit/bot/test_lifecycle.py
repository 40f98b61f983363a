"""States of a bot in order, the first end that counts, and patience before a judgement counts."""

from __future__ import annotations

import pytest

from vexa.bot.lifecycle import BotState, End, Lifecycle, Patience
from vexa.contracts.meeting import MeetingStatus, Outcome
from vexa.platforms.base import Judgement, Stage


def test_each_state_is_reported_once_and_in_order() -> None:
    life = Lifecycle()
    reached = [BotState.JOINING, BotState.AWAITING_ADMISSION, BotState.ACTIVE]
    assert [life.reach(state) for state in reached] == [
        MeetingStatus.JOINING,
        MeetingStatus.AWAITING_ADMISSION,
        MeetingStatus.ACTIVE,
    ]
    assert [life.reach(state) for state in reached] == [None, None, None]
    assert life.state is BotState.ACTIVE


def test_an_open_meeting_has_no_lobby() -> None:
    life = Lifecycle()
    life.reach(BotState.JOINING)
    assert life.reach(BotState.ACTIVE) is MeetingStatus.ACTIVE
    assert life.reach(BotState.AWAITING_ADMISSION) is None


def test_help_may_be_needed_again_after_the_lobby() -> None:
    life = Lifecycle()
    way = [*(BotState.JOINING, BotState.NEEDS_HELP, BotState.NEEDS_HELP)]
    back = [BotState.AWAITING_ADMISSION, BotState.NEEDS_HELP, BotState.AWAITING_ADMISSION]
    assert [life.reach(state) for state in way] == ["joining", "needs_help", None]
    assert [life.reach(state) for state in back] == [
        *("awaiting_admission", "needs_help", "awaiting_admission")
    ]
    assert life.reach(BotState.ACTIVE) is MeetingStatus.ACTIVE
    assert life.reach(BotState.NEEDS_HELP) is None


def test_nobody_is_active_without_joining() -> None:
    life = Lifecycle()
    assert life.reach(BotState.ACTIVE) is None
    assert not life.was_active


def test_the_first_end_counts_and_nothing_is_reached_after_it() -> None:
    life = Lifecycle()
    life.reach(BotState.JOINING)
    life.finish(Outcome.STOPPED_BY_USER, "order: leave")
    assert life.finish(Outcome.PAGE_DEAD, "page: gone") == End(
        Outcome.STOPPED_BY_USER, "order: leave"
    )
    assert life.reach(BotState.ACTIVE) is None
    assert life.state is BotState.LEAVING


@pytest.mark.parametrize(
    ("states", "outcome", "status"),
    [
        ((), Outcome.BROWSER_FAILED, MeetingStatus.FAILED),
        ((BotState.JOINING,), Outcome.STOPPED_BY_USER, MeetingStatus.COMPLETED),
        ((BotState.JOINING,), Outcome.MEETING_ENDED, MeetingStatus.FAILED),
        ((BotState.JOINING, BotState.ACTIVE), Outcome.MEETING_ENDED, MeetingStatus.COMPLETED),
        ((BotState.JOINING, BotState.ACTIVE), Outcome.REMOVED, MeetingStatus.COMPLETED),
        ((BotState.JOINING, BotState.ACTIVE), Outcome.PAGE_DEAD, MeetingStatus.FAILED),
    ],
)
def test_what_an_end_means(
    states: tuple[BotState, ...], outcome: Outcome, status: MeetingStatus
) -> None:
    life = Lifecycle()
    for state in states:
        life.reach(state)
    life.finish(outcome, "")
    assert life.final_status is status


def test_a_judgement_counts_when_made_in_a_row() -> None:
    removed = Judgement(Stage.OVER, "", Outcome.REMOVED)
    ended = Judgement(Stage.OVER, "", Outcome.MEETING_ENDED)
    patience = Patience(3)
    assert [patience.sure(seen, 0.0) for seen in (removed, removed, ended, removed, removed)] == [
        False
    ] * 5
    assert patience.sure(removed, 0.0)


def test_an_end_that_may_pass_must_stand_for_its_time() -> None:
    gone = Judgement(Stage.OVER, "", Outcome.MEETING_ENDED, stands_s=6.0)
    here = Judgement(Stage.IN_MEETING)
    patience = Patience(2)
    assert not any(patience.sure(gone, at_s) for at_s in (0.0, 2.0, 5.0))
    patience.sure(here, 5.5)
    assert not any(patience.sure(gone, at_s) for at_s in (6.0, 8.0, 11.9))
    assert patience.sure(gone, 12.0)
