"""`make check`: linters, types, import rules and sizes; the last line is one JSON object."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

from vexa.kit.report import Report

ROOT = Path(__file__).parent.parent
BIN = ROOT / ".venv" / "bin"

MODULE_LINES = 400
TEST_MODULE_LINES = 500
FUNCTION_LINES = 60
#: Broad excepts, each at a process or task boundary with its reason beside it.
BROAD_EXCEPTS = 13
_BROAD = re.compile(r"except\s*:|except\s*\(?\s*(Base)?Exception\b")


def run(name: str, *command: str) -> bool:
    """Run one tool with its output on stderr; tell whether it was content."""
    print(f"check: {name}", file=sys.stderr)
    result = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, stdout=sys.stderr)
    return result.returncode == 0


def python_files(folder: str) -> list[Path]:
    """All modules of a folder that hold more than three lines."""
    files = sorted((ROOT / folder).rglob("*.py"))
    return [file for file in files if len(file.read_text().splitlines()) > 3]


def function_lengths(file: Path) -> list[tuple[str, int]]:
    """Name and lines of every function of a module."""
    tree = ast.parse(file.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def broad_excepts(files: list[Path]) -> list[str]:
    """Places that catch everything."""
    return [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if _BROAD.search(line)
    ]


def size_problems(sources: list[Path]) -> list[str]:
    """Modules and functions over the hard limits."""
    problems = []
    for file in sources + python_files("tests") + python_files("scripts"):
        limit = TEST_MODULE_LINES if "tests" in file.parts else MODULE_LINES
        lines = len(file.read_text().splitlines())
        if lines > limit:
            problems.append(f"{file.relative_to(ROOT)}: {lines} lines, limit {limit}")
    for file in sources:
        problems += [
            f"{file.relative_to(ROOT)}: {name} has {lines} lines, limit {FUNCTION_LINES}"
            for name, lines in function_lengths(file)
            if lines > FUNCTION_LINES
        ]
    return problems


def main() -> int:
    """Run every check; 0 when all are content."""
    report = Report()
    ruff = run("ruff", "ruff", "check", ".") & run("format", "ruff", "format", "--check", ".")
    types = run("mypy", "mypy")
    imports = run("imports", "lint-imports")
    sources = [file for file in python_files("src") if not file.name.endswith("_pb2.py")]
    problems = size_problems(sources)
    broad = broad_excepts(sources)
    if len(broad) > BROAD_EXCEPTS:
        problems.append(f"{len(broad)} broad excepts, limit {BROAD_EXCEPTS}: {', '.join(broad)}")
    print("\n".join(f"size: {problem}" for problem in problems), file=sys.stderr)
    lengths = [lines for file in sources for _name, lines in function_lengths(file)]
    report.emit(
        {
            "ruff": ruff,
            "mypy": types,
            "imports": imports,
            "sizes": not problems,
            "modules": len(sources),
            "fn_median": statistics.median(lengths),
            "fn_p95": statistics.quantiles(lengths, n=20)[-1],
            "broad_excepts": len(broad),
        }
    )
    return 0 if ruff and types and imports and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
