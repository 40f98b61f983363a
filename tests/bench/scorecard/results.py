"""What meetings showed, told against what was true of them: shares, confusion, tables. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.bench.scorecard.cases import Case, Truth
from vexa.contracts.meeting import OUTCOMES, MeetingStatus
from vexa.demo.scores import Scores

#: What is reported of a meeting that could not be run to its end.
NOT_RUN = "not run"


@dataclass(frozen=True)
class Told:
    """How a client was told that a bot's stay went: its last status, outcome and wire reason."""

    reached: str
    status: str
    outcome: str
    reason: str


@dataclass
class Result:
    """One meeting. Times in seconds; None where the case does not show them.

    Attributes:
        told: what a client reads at the end.
        untrue: what else was not as it should be, in words without anything that was said.
        first_text_s: from admission to the first text at the client, with talk from the start.
        leave_s: from the user's stop to the bot's absence from the room.
        report_s: from the last event of the meeting to the client's knowledge of the end.
        renamed: finals whose name was changed into another name.
        notice_posted: whether a bot that was let in, and was not broken, told it in the chat.
    """

    case: Case
    seed: int
    told: Told
    untrue: list[str] = field(default_factory=list)
    scores: Scores | None = None
    silence_words: int | None = None
    first_text_s: float | None = None
    leave_s: float | None = None
    report_s: float | None = None
    renamed: int = 0
    notice_posted: bool | None = None

    @property
    def is_join_true(self) -> bool:
        """Whether the bot came as far as it was let, and no further."""
        return self.told.reached in (self.case.truth.reached, self.case.truth.or_reached)

    @property
    def is_true(self) -> bool:
        """Whether status, outcome and reason at the end, and all states before, were true."""
        end_as_told = replace(self.told, reached=str(self.case.truth.reached))
        is_end_true = end_as_told == told_if_true(self.case.truth)
        return self.is_join_true and is_end_true and not self.untrue


def told_if_true(truth: Truth) -> Told:
    """Return what a client reads when the truth is told."""
    was_active = truth.reached is MeetingStatus.ACTIVE
    reason = OUTCOMES[truth.outcome].reason_for(was_active=was_active)
    return Told(str(truth.reached), str(truth.status), str(truth.outcome), str(reason))


def confusion(results: Sequence[Result]) -> dict[str, Counter[str]]:
    """True outcome → how often each outcome was told for it."""
    table: dict[str, Counter[str]] = {}
    for result in results:
        row = table.setdefault(str(result.case.truth.outcome), Counter())
        row[result.told.outcome] += 1
    return table


def share(results: Sequence[Result], is_right: Callable[[Result], bool]) -> float | None:
    """Share of the results that are right; None of none."""
    return round(sum(map(is_right, results)) / len(results), 4) if results else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Linear between neighbours; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (position - low), 2)


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """Return the figures of some meetings. Shares of words are weighted by reference words."""
    scored = [result.scores for result in results if result.scores is not None]
    silent = [one.silence_words for one in results if one.silence_words is not None]
    keys: dict[str, Any] = {
        "meetings": len(results),
        "outcome_truth": share(results, lambda result: result.is_true),
        "joins_true": share(results, lambda result: result.is_join_true),
        **{key: _weighted(scored, key) for key in ("wer", "named_right", "named_wrong", "unnamed")},
        "named_wrong_words": sum(one.named_wrong_words for one in scored),
        "renamed_segments": sum(result.renamed for result in results),
        "notices_posted": share(
            [one for one in results if one.notice_posted is not None],
            lambda result: bool(result.notice_posted),
        ),
        "ref_words": sum(one.ref_words for one in scored),
        "silence_words": sum(silent) if silent else None,
    }
    for name in ("first_text_s", "leave_s", "report_s"):
        values = [value for one in results if (value := getattr(one, name)) is not None]
        keys |= {f"{name[:-2]}_{p}_s": percentile(values, int(p[1:])) for p in ("p50", "p95")}
    return keys


def _weighted(scored: Sequence[Scores], key: str) -> float | None:
    words = sum(one.ref_words for one in scored)
    if not words:
        return None
    total: float = sum(getattr(one, key) * one.ref_words for one in scored)
    return round(total / words, 4)
