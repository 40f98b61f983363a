"""Shares, confusion and tables of results."""

from __future__ import annotations

from dataclasses import replace

from tests.bench.scorecard.cases import Case
from tests.bench.scorecard.results import (
    NOT_RUN,
    Result,
    Told,
    confusion,
    figures,
    told_if_true,
)
from tests.bench.scorecard.table import all_cases
from tests.bench.scorecard.tables import markdown
from vexa.demo.scores import Scores

CASES = {case.key: case for case in all_cases()}
DENY, STOP, TALK = (CASES[f"zoom/{name}"] for name in ("deny", "stop", "talk_2"))
SCORES = Scores(0.1, 1.0, 0.0, 0, 0.0, 1.0, 2.0, 3.0, 4.0, 100)


def true(case: Case) -> Result:
    return Result(case, 1, told_if_true(case.truth))


def not_run(case: Case) -> Result:
    return Result(case, 1, Told(NOT_RUN, NOT_RUN, NOT_RUN, NOT_RUN), ["ValueError: no"])


def test_status_outcome_and_reason_must_all_be_true() -> None:
    told = told_if_true(DENY.truth)
    assert told == Told("awaiting_admission", "failed", "denied", "awaiting_admission_rejected")
    assert true(DENY).is_true
    for wrong in (
        replace(told, status="completed"),
        replace(told, outcome="knock_timed_out"),
        replace(told, reason="left_alone"),
        replace(told, reached="active"),
    ):
        assert not Result(DENY, 1, wrong).is_true
    assert not replace(true(DENY), untrue=["failed while it should stay active"]).is_true


def test_a_meeting_that_was_not_run_is_an_untrue_outcome_and_not_dropped() -> None:
    results = [true(DENY), true(STOP), true(STOP), not_run(DENY)]
    found = figures(results)
    assert (found["meetings"], found["outcome_truth"], found["joins_true"]) == (4, 0.75, 0.75)
    assert confusion(results) == {
        "denied": {"denied": 1, NOT_RUN: 1},
        "stopped_by_user": {"stopped_by_user": 2},
    }


def test_words_are_weighted_and_counts_are_summed() -> None:
    short = replace(SCORES, wer=0.4, named_right=0.5, named_wrong_words=3, ref_words=50)
    results = [
        replace(true(TALK), scores=SCORES, renamed=1),
        replace(true(TALK), scores=short),
        replace(true(STOP), silence_words=0, leave_s=2.0),
        replace(true(STOP), silence_words=2, leave_s=4.0),
    ]
    found = figures(results)
    assert found["wer"] == 0.2
    assert found["named_right"] == 0.8333
    assert (found["named_wrong_words"], found["renamed_segments"]) == (3, 1)
    assert found["silence_words"] == 2
    assert (found["leave_p50_s"], found["leave_p95_s"]) == (3.0, 3.9)


def test_what_no_case_measured_is_null_and_not_zero() -> None:
    found = figures([true(DENY)])
    for key in ("wer", "named_right", "silence_words", "first_text_p50_s", "leave_p95_s"):
        assert found[key] is None


def test_the_table_names_each_untrue_meeting() -> None:
    text = markdown([true(STOP), not_run(DENY)], "Simulated, one seed.")
    assert "- zoom/deny, seed 1: reached not run" in text
    assert "ValueError: no" in text
    assert "zoom/stop, seed" not in text
    assert "| denied | 1 |  |" in text
