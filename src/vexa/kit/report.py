"""The last line of a command that a machine reads: one JSON object on standard output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SCHEMA = 1


def current_commit(folder: Path) -> str | None:
    """Return the checkout's commit, with `+` when files differ from it; None outside of git."""

    def git(*arguments: str) -> str:
        result = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
        )
        return result.stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return commit + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


class Report:
    """Collects the result of one command; `emit` prints it.

    Every report has `schema`, `commit`, `cores` and `duration_s` besides the command's own keys.
    """

    def __init__(self) -> None:
        self._started_s = time.monotonic()

    def emit(self, keys: dict[str, Any]) -> None:
        """Print the report as the last line of standard output."""
        line = {
            "schema": SCHEMA,
            "commit": current_commit(Path(__file__).parent),
            "cores": os.cpu_count(),
            "duration_s": round(time.monotonic() - self._started_s, 1),
            **keys,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
