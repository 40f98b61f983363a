"""`make test`: every suite, with a junit file each; a skip counts as a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vexa.kit.report import Report

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "reports"
#: Bots on the platforms that came after Google Meet, or on several.
ON_PLATFORMS = (
    *("test_bot_on_*.py", "test_bot_pictures.py", "test_bot_in_storms.py"),
    "test_bot_without_sound.py",
)
#: What pytest is given for each suite. These are apart, so that the suites of the last stage take
#: about as long.
SUITES = {
    "unit": ("tests/unit",),
    "contract": ("tests/contract",),
    "integration": ("tests/integration",),
    "e2e": ("tests/e2e", *(f"--ignore-glob=*/{files}" for files in ON_PLATFORMS)),
    "e2e_platforms": tuple(
        str(file.relative_to(ROOT))
        for files in ON_PLATFORMS
        for file in sorted((ROOT / "tests" / "e2e").rglob(files))
    ),
}
#: Stages one after the other, the suites of a stage at once. Those of the last mostly wait, for
#: meetings, time-outs and processes: 8 % of two cores each.
STAGES = (("unit",), ("contract",), ("integration", "e2e", "e2e_platforms"))


def run_suite(suite: str) -> dict[str, int]:
    """Run one suite with its output on stderr, each line under its name; return its counts."""
    junit = REPORTS / f"{suite}.xml"
    command = [sys.executable, "-m", "pytest", "-q", *SUITES[suite], f"--junitxml={junit}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"{suite}: {line}", end="", file=sys.stderr, flush=True)
    return {**read_counts(junit), "status": process.returncode}


def run_stages() -> dict[str, dict[str, int]]:
    """Run every suite; return the counts of each."""
    results: dict[str, dict[str, int]] = {}
    for suites in STAGES:
        with ThreadPoolExecutor(len(suites)) as threads:
            results |= zip(suites, threads.map(run_suite, suites), strict=True)
    return results


def read_counts(junit: Path) -> dict[str, int]:
    """Passed, failed (errors too) and skipped of a junit file; zeros when there is none."""
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    if not junit.is_file():
        return {**counts, "failed": 1}
    for suite in ElementTree.parse(junit).getroot().iter("testsuite"):
        total = int(suite.get("tests", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        counts["failed"] += failed
        counts["skipped"] += skipped
        counts["passed"] += total - failed - skipped
    return counts


def main() -> int:
    """Run all suites; 0 only if every test ran and passed."""
    report = Report()
    REPORTS.mkdir(exist_ok=True)
    for old in REPORTS.glob("*.xml"):
        old.unlink()
    results = run_stages()
    totals = {
        key: sum(result[key] for result in results.values())
        for key in ("passed", "failed", "skipped")
    }
    print(f"{totals['passed']} passed, {totals['failed']} failed", file=sys.stderr)
    report.emit({**totals, **{suite: result["passed"] for suite, result in results.items()}})
    good = all(result["status"] == 0 and result["passed"] for result in results.values())
    return 0 if good and not totals["failed"] and not totals["skipped"] else 1


if __name__ == "__main__":
    sys.exit(main())
