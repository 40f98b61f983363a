"""A round that is broken off goes on where it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.bench.scorecard.kept import KeptResults
from tests.bench.scorecard.results import NOT_RUN, Result, Told, told_if_true
from tests.bench.scorecard.table import all_cases
from vexa.demo.scores import Scores

CASES = {case.key: case for case in all_cases()}
DENY, TALK = CASES["zoom/deny"], CASES["zoom/talk_2"]
SCORES = Scores(0.1, 1.0, 0.0, 0, 0.0, 1.0, 2.0, 3.0, 4.0, 100)


def test_what_was_run_is_read_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "round" / "results.jsonl"
    talk = Result(TALK, 2, told_if_true(TALK.truth), scores=SCORES, notice_posted=True, leave_s=0.4)
    deny = Result(DENY, 1, told_if_true(DENY.truth), ["late"], report_s=2.0)
    before = KeptResults(path, list(CASES.values()))
    for result in (talk, deny):
        before.add(result, "abc")
    after = KeptResults(path, list(CASES.values()))
    assert after.results == [talk, deny]
    assert after.has(DENY, 1)
    assert not after.has(DENY, 2)


def test_a_meeting_that_could_not_be_run_counts_now_and_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    kept = KeptResults(path, list(CASES.values()))
    kept.add(Result(DENY, 1, Told(NOT_RUN, NOT_RUN, NOT_RUN, NOT_RUN)), "abc")
    assert len(kept.results) == 1
    assert not KeptResults(path, list(CASES.values())).has(DENY, 1)


def test_a_case_that_is_no_more_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    KeptResults(path, [DENY]).add(Result(DENY, 1, told_if_true(DENY.truth)), "abc")
    assert KeptResults(path, [TALK]).results == []


def test_results_say_of_which_commit_they_are(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    kept = KeptResults(path, [DENY])
    kept.add(replace(Result(DENY, 1, told_if_true(DENY.truth)), renamed=1), "abc")
    assert '"commit": "abc"' in path.read_text()
