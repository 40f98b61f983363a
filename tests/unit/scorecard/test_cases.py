"""The table of cases is whole: every option, order and outcome in it exists, and can be told."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.bench.scorecard.cases import Act, Case, Order, UnknownCase, Wait, choose
from tests.bench.scorecard.table import PLATFORMS, all_cases
from vexa.contracts.http.bots import MeetingCreate
from vexa.contracts.meeting import MeetingStatus, Outcome, terminal_status
from vexa.platforms.base import AddressOptions
from vexa.platforms.links import parse_link
from vexa.simulator.doubles import DOUBLES

CASES = all_cases()


def test_names_are_unique_and_every_platform_has_all_that_is_shared() -> None:
    assert len({case.key for case in CASES}) == len(CASES)
    shared = {"stop", "deny", "left_alone", "browser_killed", "talk_2", "first_text", "silence"}
    shared |= {"left_in_silence"}
    for platform in PLATFORMS:
        assert shared <= {case.name for case in CASES if case.platform == platform}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_what_a_case_tells_double_and_server_is_known_to_them(case: Case) -> None:
    double = DOUBLES.load(case.platform)
    meeting_id = double.made_up_id(random.Random(1))
    options = {"platform": case.platform, "native_id": meeting_id, **case.options}
    double.options.model_validate(options)
    if case.link:
        link = case.link.format(id=meeting_id)
        hosts = AddressOptions(jitsi_hosts=frozenset({"jitsi.example.org"}))
        assert parse_link(link, options=hosts).platform == case.platform
    assert set(case.ask) <= set(MeetingCreate.model_fields)
    address = {"platform": case.platform, "native_meeting_id": meeting_id}
    MeetingCreate.model_validate({**address, **case.ask})
    for step in case.steps:
        if isinstance(step, Order) and step.name in {"dialog", "effect"}:
            assert step.body[step.name] in double.dialogs | double.effects


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_the_truth_of_a_case_agrees_with_itself_and_with_its_steps(case: Case) -> None:
    truth = case.truth
    was_active = truth.reached is MeetingStatus.ACTIVE
    assert truth.status is terminal_status(truth.outcome, was_active=was_active)
    assert (Wait(MeetingStatus.ACTIVE) in case.steps) == was_active
    assert (case.steps[-1:] == (Act.STOP,)) == (truth.outcome is Outcome.STOPPED_BY_USER)
    assert (Act.TALK in case.steps) == bool(case.talkers)


def test_every_outcome_that_a_double_can_show_is_the_truth_of_some_case() -> None:
    shown = {case.truth.outcome for case in CASES}
    assert set(Outcome) - shown == {Outcome.START_FAILED, Outcome.SERVER_STOPPED}


def test_cases_are_chosen_by_platform_and_by_name_and_a_wrong_name_is_told() -> None:
    chosen = choose(CASES, "zoom, jitsi/deny,zoom/deny")
    assert Counter(case.platform for case in chosen)["jitsi"] == 1
    assert [case for case in chosen if case.platform == "zoom"] == [
        case for case in CASES if case.platform == "zoom"
    ]
    assert choose(CASES, None) == CASES
    with pytest.raises(UnknownCase, match="webex"):
        choose(CASES, "jitsi,webex")
