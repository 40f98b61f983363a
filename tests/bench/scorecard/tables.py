"""The scorecard as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.bench.scorecard.results import Result, confusion, figures

_COLUMNS = {
    "case": "case",
    "meetings": "meetings",
    "outcome_truth": "outcome truth",
    "joins_true": "joins true",
    "wer": "WER",
    "named_right": "named right",
    "named_wrong": "named wrong",
    "unnamed": "unnamed",
    "silence_words": "words of silence",
    "notices_posted": "notices",
    "first_text_p50_s": "first text s",
    "leave_p95_s": "leave p95 s",
    "report_p95_s": "report p95 s",
}


def markdown(results: Sequence[Result], conditions: str) -> str:
    """Return the whole scorecard: platforms, cases, confusion, and each untrue meeting."""
    by_platform = _grouped(results, lambda result: result.case.platform)
    by_case = _grouped(results, lambda result: result.case.key)
    parts = [
        "# Scorecard (simulated)",
        conditions,
        "## Platforms",
        _table([*by_platform, ("all", list(results))]),
        "## Cases",
        _table(by_case),
        "## True (rows) and told (columns) outcomes",
        _confusion(results),
        "## Untrue meetings",
        _untrue(results),
    ]
    return "\n\n".join(parts) + "\n"


def _grouped(results: Iterable[Result], key: Any) -> list[tuple[str, list[Result]]]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return list(groups.items())


def _table(groups: Sequence[tuple[str, list[Result]]]) -> str:
    rows = [{"case": name, **figures(members)} for name, members in groups]
    return _grid([*_COLUMNS.values()], [[_cell(row[key]) for key in _COLUMNS] for row in rows])


def _confusion(results: Sequence[Result]) -> str:
    table = confusion(results)
    told = sorted({name for row in table.values() for name in row})
    rows = [[true, *(str(table[true][name] or "") for name in told)] for true in sorted(table)]
    return _grid(["", *told], rows)


def _untrue(results: Sequence[Result]) -> str:
    lines = [
        f"- {one.case.key}, seed {one.seed}: reached {one.told.reached}, told "
        f"{one.told.status} {one.told.outcome} ({one.told.reason}); "
        f"true {one.case.truth.reached}, {one.case.truth.status} {one.case.truth.outcome}"
        + "".join(f"; {what}" for what in one.untrue)
        for one in results
        if not one.is_true
    ]
    return "\n".join(lines) or "None."


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
