"""`make seed-check`: runs the commands of the deployment document as they are written in it.

The server runs as `ADMIN_API_TOKEN=your-admin-token make up`; only the `vx_…` value is replaced
by the key that the first command returned. Commands of docker and supervisor belong to the image.

Environment: SEED_DOCUMENT names the document; default: the quick start under docs/.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vexa.kit.report import Report

ROOT = Path(__file__).parent.parent
DOCUMENT = Path(os.environ.get("SEED_DOCUMENT", ROOT / "docs" / "quick-start.md"))
ADMIN_TOKEN = "your-admin-token"
READY_S = 180.0
_FENCE = re.compile(r"```bash\n(.*?)```", re.DOTALL)
_KEY = re.compile(r"vx_[A-Za-z0-9]+\.*")

Check = Callable[[dict[str, Any]], bool]


def curl_blocks(document: str) -> list[str]:
    """Return every fenced command block that begins with curl, comments left in."""
    blocks = []
    for block in _FENCE.findall(document):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines and lines[0].startswith("curl "):
            blocks.append(block)
    return blocks


def expected(block: str) -> Check:
    """Return what the answer to a command of the document must hold."""
    if "/users" in block:
        return lambda body: body["api_key"].startswith("vx_") and body["email"] in block
    if "/bots" in block:
        return lambda body: body["status"] == "requested" and body["platform"] == "google_meet"
    return lambda body: body["native_meeting_id"] == "abc-defg-hij" and "segments" in body


def run_block(block: str, key: str | None) -> dict[str, Any]:
    """Run one block by bash, as a reader would paste it; return its JSON answer."""
    command = _KEY.sub(key, block) if key else block
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30)
    print(f"$ {block.strip().splitlines()[0]} …", file=sys.stderr)
    body: dict[str, Any] = json.loads(result.stdout)
    return body


def start_server(home: str) -> subprocess.Popen[str]:
    """Start `make up` and return when it answers."""
    environment = {
        **os.environ,
        "ADMIN_API_TOKEN": ADMIN_TOKEN,
        "VEXA_HOME": home,
        "WHISPER_MODEL_SIZE": os.environ.get("WHISPER_MODEL_SIZE", "tiny.en"),
    }
    server = subprocess.Popen(
        ["make", "up"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert server.stdout is not None
    deadline_s = time.monotonic() + READY_S
    for line in server.stdout:
        print(line, end="", file=sys.stderr)
        if "Ctrl-C ends everything" in line:
            return server
        if time.monotonic() > deadline_s:
            break
    raise SystemExit("seed-check: `make up` did not get ready")


def check_all(document: str) -> tuple[int, list[str]]:
    """Run every block in order; return how many ran and which failed."""
    key, failed = None, []
    blocks = curl_blocks(document)
    for block in blocks:
        try:
            body = run_block(block, key)
            good = expected(block)(body)
        except (json.JSONDecodeError, KeyError, subprocess.TimeoutExpired) as exc:
            body, good = {"error": repr(exc)}, False
        if not good:
            failed.append(block.strip().splitlines()[-1])
            print(f"  unexpected answer: {json.dumps(body)[:300]}", file=sys.stderr)
        key = body.get("api_key", key)
    return len(blocks), failed


def main() -> int:
    """0 when every command did what the document says."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="vexa-seed-") as home:
        server = start_server(home)
        try:
            ran, failed = check_all(DOCUMENT.read_text())
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(60)
    passed = ran >= 3 and not failed
    report.emit({"passed": passed, "ran": ran, "failed": failed})
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
