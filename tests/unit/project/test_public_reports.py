"""The page of public reports names only what there is, and every report once."""

import re
from pathlib import Path

from tests.bench.scorecard.table import PLATFORMS, all_cases

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "public-reports.md").read_text()
ROWS = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`([a-z0-9_/]+\.py)::(\w+)`")
CASE = re.compile(rf"`((?:{'|'.join(PLATFORMS)})/\w+)`")


def test_every_report_is_there_with_what_guards_it_or_why_nothing_does() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 63))
    for number, guard in ROWS:
        assert TEST.search(guard) or CASE.search(guard) or guard.startswith("not shown:"), number


def test_every_test_and_case_that_it_names_is_there() -> None:
    known = {case.key for case in all_cases()}
    assert [case for case in CASE.findall(PAGE) if case not in known] == []
    texts = {file: (ROOT / "tests" / file).read_text() for file, _ in TEST.findall(PAGE)}
    missing = [name for file, name in TEST.findall(PAGE) if f"def {name}(" not in texts[file]]
    assert missing == []
