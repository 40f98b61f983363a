"""Results that outlive a run: one line of JSON a meeting, so that a long round can go on later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.scorecard.cases import Case
from tests.bench.scorecard.results import NOT_RUN, Result, Told
from vexa.demo.scores import Scores


class KeptResults:
    """The file of one round.

    Args:
        path: its place; made with its folder when there is none.
        cases: all that are known; lines of others are passed over.
    """

    def __init__(self, path: Path, cases: Sequence[Case]) -> None:
        self._path = path
        self._cases = {case.key: case for case in cases}
        self.results: list[Result] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            self.results = [
                result
                for line in path.read_text().splitlines()
                if (result := self._read(json.loads(line))) is not None
            ]

    def has(self, case: Case, seed: int) -> bool:
        """Tell whether this meeting was run already."""
        return any((one.case.key, one.seed) == (case.key, seed) for one in self.results)

    def add(self, result: Result, commit: str) -> None:
        """Keep one more. A meeting that could not be run is not kept: it will be tried again."""
        self.results.append(result)
        if result.told.outcome == NOT_RUN:
            return
        line = {**asdict(result), "case": result.case.key, "commit": commit}
        line = {name: value for name, value in line.items() if value is not None}
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _read(self, line: dict[str, Any]) -> Result | None:
        case = self._cases.get(line.pop("case"))
        line.pop("commit")
        if case is None:
            return None
        told, scores = Told(**line.pop("told")), line.pop("scores", None)
        return Result(case, told=told, scores=Scores(**scores) if scores else None, **line)
