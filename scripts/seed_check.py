"""`make seed-check`: every command and row of the deployment document, on the image it describes.

Run by `scripts/image_test.sh`, with podman behind the name `docker`. Commands run in the order of
the document, as a reader pastes them; what he must fill in is filled in (`...`, the API key, the
admin token). The last line on stdout is one JSON object.

Environment: SEED_DOCUMENT names the document; default: docker/monolithic/README.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from scripts.seed_document import Command, read_document
from scripts.seed_steps import Steps, check_rows
from tests.image.conftest import MODEL, make_models_volume
from tests.image.engine import ROOT, Docker
from tests.image.stores import external_stores
from vexa.kit.report import Report

DOCUMENT = Path(os.environ.get("SEED_DOCUMENT", ROOT / "docker" / "monolithic" / "README.md"))
#: What the document's own addresses and logins are.
ROLES = {"user": ("pass", "vexa"), "postgres": ("your-password", "vexa")}
REDIS_PASSWORDS = ["password", "your-redis-password"]
HOSTS = ("host", "postgres.example.com", "redis.example.com")


#: The document's own volume; here it holds a model already, since there is no hub.
VOLUME = "vexa-models"


def fill_volume(docker: Docker) -> None:
    """Make the document's volume of models, with a model in it."""
    docker.shell(f"docker volume rm -f {VOLUME}")
    docker("volume", "create", VOLUME)
    place = docker("volume", "inspect", "--format", "{{.Mountpoint}}", VOLUME).strip()
    make_models_volume(Path(place))


def run_flags() -> str:
    """What the machine gives to every `docker run`: names of hosts, and a model without a hub."""
    hosts = " ".join(f"--add-host {name}:127.0.0.1" for name in HOSTS)
    return f"{hosts} -e WHISPER_MODEL_SIZE={MODEL}"


def check(commands: list[Command], steps: Steps) -> list[str]:
    """Run every command; return those that did not do what the document says."""
    failed = []
    for command in commands:
        print(f"$ {command.first_line}", file=sys.stderr, flush=True)
        try:
            problem = steps.run(command)
        except Exception as exc:  # noqa: BLE001 - one command must not hide the others
            problem = f"{type(exc).__name__}: {exc}"
        if problem is not None:
            print(f"  {problem[:2000]}", file=sys.stderr, flush=True)
            failed.append(command.first_line)
    return failed


def main() -> int:
    """0 when every command and row did what the document says."""
    report = Report()
    document = read_document(DOCUMENT.read_text())
    with tempfile.TemporaryDirectory(prefix="vexa-seed-") as name:
        folder = Path(name)
        docker = Docker(folder / "engine")
        fill_volume(docker)
        with external_stores(folder / "redis", ROLES, REDIS_PASSWORDS):
            steps = Steps(docker, run_flags(), VOLUME, document.variables)
            try:
                failed = check(document.commands, steps)
                failed += check_rows(document, steps)
            finally:
                steps.clear()
    passed = len(document.commands) >= 3 and not failed
    report.emit(
        {
            "passed": passed,
            "ran": len(document.commands),
            "rows": len(document.rows),
            "failed": failed,
        }
    )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
