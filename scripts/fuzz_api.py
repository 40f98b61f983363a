"""Hostile requests to all four services; the last line is one JSON object.

`schemathesis` with every check over each operation that a service documents, then bodies that are
almost, or not at all, what a route takes. `SEED=N` changes the bodies, `BODIES=N` their number,
`EXAMPLES=N` the requests for one operation, `DB=postgres` the database (else SQLite).
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.fuzzing import fuzz_service, throw_bodies
from tests.support.programs import ADMIN_TOKEN, Programs
from tests.support.stores import postgres_server, redis_server
from vexa.kit.report import Report
from vexa.storage.migrate import migrate

SERVICES = ("admin-api", "transcription-collector", "bot-manager", "api-gateway")
ENV = {
    "BOT_COMMAND": "/bin/false",
    "MAX_BOTS": "1000000",
    "DEFAULT_MAX_CONCURRENT_BOTS": "1000000",
    "RATE_LIMIT_RPM": "0",
    "RATE_LIMIT_ADMIN_RPM": "0",
    "SKIP_TRANSCRIPTION_CHECK": "1",
    "LOG_LEVEL": "info",
}


def run(programs: Programs, examples: int, bodies: int, seed: int) -> dict[str, int | list[str]]:
    """Fuzz every service; count requests and name what broke."""
    totals = {"requests": 0, "operations": 0, "bodies": 0}
    problems: list[str] = []
    admin = {"X-Admin-API-Key": ADMIN_TOKEN}
    for name in SERVICES:
        # the generator may revoke the key that it holds
        made = httpx2.post(
            programs.url("admin-api") + "/users",
            json={"email": f"{name}@example.com"},
            headers=admin,
        ).json()
        headers = {**admin, "X-API-Key": made["api_key"]}
        found = fuzz_service(programs.url(name), headers, examples)
        thrown = throw_bodies(programs.url(name), headers, seed, bodies // len(SERVICES))
        totals["requests"] += found.requests
        totals["operations"] += found.operations
        totals["bodies"] += thrown.requests
        problems += [f"{name}: {text}" for text in found.problems + thrown.problems]
        print(f"{name}: {found.requests} requests, {thrown.requests} bodies", file=sys.stderr)
    if "Traceback" in programs.logs():
        problems.append("a service logged a traceback")
    return {**totals, "problems": problems}


def main() -> int:
    """Start stores and services, fuzz, report; 0 when nothing broke."""
    report = Report()
    folder = Path(tempfile.mkdtemp(prefix="vexa-fuzz-"))
    with ExitStack() as stack:
        _, redis_url = stack.enter_context(redis_server(folder))
        url = f"sqlite+aiosqlite:///{folder / 'vexa.db'}"
        if os.environ.get("DB") == "postgres":
            url = stack.enter_context(postgres_server())
        asyncio.run(migrate(url))
        programs = Programs(url, redis_url, folder, ENV)
        stack.callback(programs.stop)
        for name in SERVICES:
            programs.start(name)
        result = run(
            programs,
            int(os.environ.get("EXAMPLES", "30")),
            int(os.environ.get("BODIES", "5000")),
            int(os.environ.get("SEED", "1")),
        )
    for problem in list(result["problems"]) if isinstance(result["problems"], list) else []:
        print(problem, file=sys.stderr)
    report.emit({"db": url.split(":")[0].split("+")[0], **result})
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
