"""`make image-test`: builds the image, runs it under every promise of its page, reports.

Run by `scripts/image_test.sh`. The last line on stdout is one JSON object.
Environment: KEEP_IMAGE=1 tests the image as it was built last; SPEECH names human speech.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.image.engine import IMAGE, ROOT, Docker
from vexa.kit.report import Report

#: Marks of the image; `passed` needs all of them.
READY_S, IDLE_PSS_MB, IMAGE_MB, STOP_S = 15, 450, 2200, 10
LARGEST = 10


def build(docker: Docker) -> float:
    """Build the image as its page says; return the seconds it took."""
    started_s = time.monotonic()
    result = docker.shell(f"docker build -f Dockerfile.monolithic -t {IMAGE} . >&2", timeout_s=3600)
    if result.returncode != 0:
        sys.stderr.write(result.stderr[-4000:])
        raise SystemExit("image-test: the image could not be built")
    return time.monotonic() - started_s


def sizes(docker: Docker) -> dict[str, Any]:
    """Unpacked size of the image, and its largest files and folders, MB."""
    packages = "/opt/vexa/lib/python3.11/site-packages"
    os.environ["SCRIPT"] = (
        "du -xsm /; du -xsm /usr/lib/* /usr/lib/*-linux-gnu/* /usr/share/* "
        f"{packages}/* 2>/dev/null | grep -v linux-gnu$ | sort -rn | head -{LARGEST}"
    )
    command = f'docker run --rm --entrypoint /bin/sh {IMAGE} -c "$SCRIPT"'
    whole, *lines = docker.shell(command).stdout.splitlines()
    parts = {}
    for line in lines:
        size, path = line.split()
        parts[path.removeprefix(f"{packages}/")] = int(size)
    return {"image_mb": int(whole.split()[0]), "largest": parts}


def run_tests(measured: Path) -> bool:
    """Run the image's suite; return whether every test ran and passed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "tests/image", *sys.argv[1:]]
    environment = {**os.environ, "VEXA_IMAGE_MEASURED": str(measured)}
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr).returncode == 0


def main() -> int:
    """0 when every test passed and every mark is reached."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="vexa-image-") as folder:
        docker = Docker(Path(folder) / "engine")
        build_s = None if os.environ.get("KEEP_IMAGE") else round(build(docker))
        found: dict[str, Any] = {"build_s": build_s, **sizes(docker)}
        measured = Path(folder) / "measured.json"
        passed = run_tests(measured)
        if measured.exists():
            found |= json.loads(measured.read_text())
    marks = {"ready_s": READY_S, "idle_pss_mb": IDLE_PSS_MB, "image_mb": IMAGE_MB, "stop_s": STOP_S}
    missed = [name for name, mark in marks.items() if found.get(name, mark) >= mark]
    report.emit({"passed": passed and not missed, "missed": missed, **found})
    return 0 if passed and not missed else 1


if __name__ == "__main__":
    sys.exit(main())
