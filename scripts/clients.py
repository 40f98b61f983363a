"""`make clients`: outside clients, unmodified, against a running server; one JSON line last."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from vexa.kit.report import Report

ROOT = Path(__file__).parent.parent
SUITE = ROOT / "tests" / "integration" / "clients"
JUNIT = ROOT / "reports" / "clients.xml"
#: Key of the report → test module.
CLIENTS = {
    "vexa_client": "test_vexa_client",
    "npm": "test_npm",
    "mcp": "test_mcp",
    "n8n": "test_n8n",
    "generated": "test_generated",
    "commands": "test_commands",
}


def run_suite() -> int:
    """Run the tests with their output on stderr; return pytest's status."""
    JUNIT.parent.mkdir(exist_ok=True)
    JUNIT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-v", str(SUITE), f"--junitxml={JUNIT}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr).returncode


def passed(document: ElementTree.Element, module: str) -> bool:
    """Tell whether a module ran, and every test of it passed."""
    cases = [
        case
        for case in document.iter("testcase")
        if case.get("classname", "").rpartition(".")[2] == module
    ]
    troubles = ("failure", "error", "skipped")
    return bool(cases) and not any(
        case.find(name) is not None for case in cases for name in troubles
    )


def main() -> int:
    """Run every client; 0 when all are content."""
    report = Report()
    status = run_suite()
    if not JUNIT.is_file():
        return status or 1
    document = ElementTree.parse(JUNIT).getroot()
    results = {key: passed(document, module) for key, module in CLIENTS.items()}
    noted = document.find(".//property[@name='vexa_client_methods']")
    methods = int(noted.get("value", 0)) if noted is not None else 0
    report.emit({**results, "vexa_client": {"methods": methods, "ok": results["vexa_client"]}})
    return 0 if status == 0 and all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
