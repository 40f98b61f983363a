"""`make race`: 50 requests for bots at once, `RACE_ROUNDS` (100) times on each database.

Each round sends 50 requests for one meeting, then 50 for different ones, and looks at what is in
the database. The last line is one JSON object: for each database the rounds, the answers by status,
and whether every round had exactly one bot a meeting, the quota, and no row of a refusal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from vexa.kit.report import Report

ROOT = Path(__file__).parent.parent
SUITE = ROOT / "tests" / "integration" / "test_bot_races.py"
JUNIT = ROOT / "reports" / "race.xml"
DATABASES = ("sqlite", "postgres")


def run_suite(rounds: str) -> int:
    """Run the tests with their progress on stderr; return pytest's status."""
    JUNIT.parent.mkdir(exist_ok=True)
    JUNIT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-s", str(SUITE), f"--junitxml={JUNIT}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RACE_ROUNDS": rounds}
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr).returncode


def read_result(document: ElementTree.Element, database: str) -> dict[str, Any]:
    """Return what the test on one database noted at its end; no note: it did not get there."""
    name = f"race test_parallel_requests[{database}]"
    noted = document.find(f".//property[@name='{name}']")
    if noted is None:
        return {"rounds": 0, "ok": False}
    return {**json.loads(noted.get("value", "{}")), "ok": True}


def main() -> int:
    """Run the race; 0 when every round on every database was right."""
    report = Report()
    status = run_suite(os.environ.get("RACE_ROUNDS", "100"))
    if not JUNIT.is_file():
        return status or 1
    document = ElementTree.parse(JUNIT).getroot()
    results = {database: read_result(document, database) for database in DATABASES}
    report.emit(results)
    return 0 if status == 0 and all(result["ok"] for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
