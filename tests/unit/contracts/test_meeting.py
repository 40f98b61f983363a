import pytest

from vexa.contracts.meeting import (
    HELP_HINTS,
    OPEN,
    OUTCOMES,
    TERMINAL,
    TRANSITIONS,
    CompletionReason,
    MeetingStatus,
    Outcome,
    may_follow,
    terminal_status,
)

S = MeetingStatus


def test_every_status_has_a_row_and_terminal_ones_lead_nowhere() -> None:
    assert set(TRANSITIONS) == set(S)
    assert all(not TRANSITIONS[status] for status in TERMINAL)
    assert all(TRANSITIONS[status] & TERMINAL for status in OPEN)


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (S.REQUESTED, S.JOINING, True),
        (S.JOINING, S.ACTIVE, True),
        (S.JOINING, S.NEEDS_HELP, True),
        (S.AWAITING_ADMISSION, S.NEEDS_HELP, True),
        (S.NEEDS_HELP, S.AWAITING_ADMISSION, True),
        (S.NEEDS_HELP, S.ACTIVE, True),
        (S.ACTIVE, S.NEEDS_HELP, False),
        (S.STOPPING, S.NEEDS_HELP, False),
        (S.REQUESTED, S.NEEDS_HELP, False),
        (S.REQUESTED, S.ACTIVE, False),
        (S.STOPPING, S.ACTIVE, False),
        (S.COMPLETED, S.FAILED, False),
        (S.FAILED, S.COMPLETED, False),
    ],
)
def test_moves(before: S, after: S, allowed: bool) -> None:
    assert may_follow(before, after) is allowed


def test_the_name_that_0_10_has_for_help_is_read() -> None:
    assert S("needs_human_help") is S.NEEDS_HELP
    assert [str(status) for status in S].count("needs_help") == 1
    with pytest.raises(ValueError, match="needs_whatever"):
        S("needs_whatever")


def test_every_outcome_is_explained() -> None:
    assert set(OUTCOMES) == set(Outcome)
    sentences = [meaning.sentence for meaning in OUTCOMES.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(meaning.hint for meaning in OUTCOMES.values())


def test_help_is_asked_for_where_a_person_at_the_display_can_give_it() -> None:
    assert set(HELP_HINTS) == {Outcome.CAPTCHA, Outcome.ACCOUNT_SIGNED_OUT}
    assert all("display" in hint for hint in HELP_HINTS.values())


def test_only_a_users_stop_says_that_a_user_stopped_it() -> None:
    said = [o for o, meaning in OUTCOMES.items() if "user stopped" in meaning.sentence]
    assert said == [Outcome.STOPPED_BY_USER]


def test_a_wall_for_bots_says_what_it_is_and_promises_nothing_of_another_try() -> None:
    wall = OUTCOMES[Outcome.BOTS_NOT_ALLOWED]
    assert "lets no bots" in wall.sentence
    assert "does not help" in wall.hint
    assert "later" not in wall.hint
    assert wall.reason_for(was_active=False) is CompletionReason.JOIN_FAILURE
    assert wall.reason_for(was_active=True) is CompletionReason.EVICTED


def test_an_outcome_has_one_reason_unless_it_says_otherwise() -> None:
    removed = OUTCOMES[Outcome.REMOVED]
    assert {removed.reason_for(was_active=was) for was in (True, False)} == {removed.reason}


@pytest.mark.parametrize(
    ("outcome", "was_active", "status"),
    [
        (Outcome.STOPPED_BY_USER, False, S.COMPLETED),
        (Outcome.DENIED, False, S.FAILED),
        (Outcome.KNOCK_TIMED_OUT, False, S.FAILED),
        (Outcome.REMOVED, True, S.COMPLETED),
        (Outcome.MEETING_ENDED, True, S.COMPLETED),
        (Outcome.MEETING_ENDED, False, S.FAILED),
        (Outcome.BOT_CRASHED, True, S.FAILED),
        (Outcome.BOTS_NOT_ALLOWED, False, S.FAILED),
        (Outcome.BOTS_NOT_ALLOWED, True, S.COMPLETED),
    ],
)
def test_how_a_meeting_ends(outcome: Outcome, was_active: bool, status: S) -> None:
    assert terminal_status(outcome, was_active=was_active) is status
