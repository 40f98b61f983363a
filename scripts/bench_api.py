"""Measures the control plane on SQLite and Postgres; the last line is one JSON object.

`GET /transcripts` with 1 000 segments at 1 and 8 connections, `POST /bots` one after another and by
20 users at once, the live feed with 1 000 readers at 20 events a second, ingest of 20 000 segments,
memory of the four light services as `vexa up` runs them (and of the supervisord that shares it),
and the time until they are ready. Bots are processes that do nothing. Top-level keys are SQLite's;
`postgres` holds the other's. `DB=sqlite` or `DB=postgres` measures one of them. Rate limits are
off.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
import uuid
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support import speech_entries as say
from tests.support.programs import ADMIN_TOKEN, Programs
from tests.support.stores import postgres_server, redis_server
from tests.support.supervised import supervised
from vexa.bus.connection import Bus
from vexa.contracts.stream_names import meeting_feed
from vexa.kit.report import Report
from vexa.storage.database import Database
from vexa.storage.migrate import migrate
from vexa.storage.tables import TranscriptionRow

SERVICES = ("admin-api", "transcription-collector", "bot-manager", "api-gateway")
SEGMENTS, INGEST, READERS, EVENTS_S = 1_000, 20_000, 1_000, 20
LOAD_S, FEED_S = 8.0, 10.0
FEED_CLIENTS = 2
SUBSCRIBE_S = 200.0
ENV = {
    # processes that end by themselves, should this one be killed
    "BOT_COMMAND": "/bin/sleep 90",
    "MAX_BOTS": "100000",
    "DEFAULT_MAX_CONCURRENT_BOTS": "100000",
    "BOT_STOP_DELAY": "1",
    "RATE_LIMIT_RPM": "0",
    "RATE_LIMIT_ADMIN_RPM": "0",
    "RATE_LIMIT_WS_RPM": "0",
    "SKIP_TRANSCRIPTION_CHECK": "1",
    "LOG_LEVEL": "info",
}
WORDS = "so the next thing that we wanted to look at is how long this takes on a small machine"


class Connection:
    """One kept-alive HTTP connection, read by content length."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request; return status and body."""
        if self._reader is None or self._writer is None:
            opened = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
            self._reader, self._writer = opened
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: bench\r\nX-API-Key: {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head.split(b" ", 2)[1]), await self._reader.readexactly(length)

    def close(self) -> None:
        """End the connection."""
        if self._writer is not None:
            self._writer.close()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which so many lie, in ms with one digit."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


async def read_transcripts(port: int, key: str, connections: int) -> dict[str, float]:
    """Read one transcript again and again; requests a second and delays."""
    took_ms: list[float] = []
    until_s = time.perf_counter() + LOAD_S

    async def read(connection: Connection) -> None:
        while time.perf_counter() < until_s:
            started_s = time.perf_counter()
            status, body = await connection.request("GET", "/transcripts/google_meet/abc-defg-hij")
            assert status == 200, body[:300]
            assert body.count(b'"segment_id"') == SEGMENTS
            took_ms.append((time.perf_counter() - started_s) * 1000)

    opened = [Connection(port, key) for _ in range(connections)]
    await opened[0].request("GET", "/transcripts/google_meet/abc-defg-hij")
    started_s = time.perf_counter()
    await asyncio.gather(*(read(connection) for connection in opened))
    elapsed_s = time.perf_counter() - started_s
    for connection in opened:
        connection.close()
    return {
        "rps": round(len(took_ms) / elapsed_s, 1),
        "p50": percentile(took_ms, 0.5),
        "p95": percentile(took_ms, 0.95),
    }


def native_id(number: int) -> str:
    """Return the number-th code of a meeting."""
    letters = "".join(chr(97 + number // 26**place % 26) for place in range(10))
    return f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"


async def post_bots(port: int, keys: list[str], each: int, offset: int) -> list[float]:
    """Let every key send bots one after another, all keys at once; delays in ms."""
    took_ms: list[float] = []

    async def send(place: int, key: str) -> None:
        connection = Connection(port, key)
        for number in range(each):
            code = native_id(offset + place * each + number)
            body = json.dumps({"platform": "google_meet", "native_meeting_id": code}).encode()
            started_s = time.perf_counter()
            status, answer = await connection.request("POST", "/bots", body)
            took_ms.append((time.perf_counter() - started_s) * 1000)
            assert status == 201, answer
        connection.close()

    await asyncio.gather(*(send(place, key) for place, key in enumerate(keys)))
    return took_ms


async def feed(port: int, key: str, meeting_id: int, bus: Bus) -> dict[str, float]:
    """Publish to a thousand readers; frames a second and delays."""
    share = READERS // FEED_CLIENTS
    script = str(Path(__file__).with_name("bench_feed_client.py"))
    arguments = (script, "127.0.0.1", str(port), key, str(share), str(FEED_S + 2))
    clients = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**27,
        )
        for _ in range(FEED_CLIENTS)
    ]
    try:
        async with asyncio.timeout(SUBSCRIBE_S):
            return await _feed(clients, meeting_id, bus)
    finally:
        for client in clients:
            if client.returncode is None:
                client.kill()


async def _feed(clients: list[Process], meeting_id: int, bus: Bus) -> dict[str, float]:
    for client in clients:
        assert client.stdout is not None
        assert b"subscribed" in await client.stdout.readline()
    for client in clients:
        assert client.stdin is not None
        client.stdin.write(b"go\n")
    events = int(FEED_S * EVENTS_S)
    started_s = time.monotonic()
    for number in range(events):
        text = _frame(meeting_id, number)
        await bus.publish(meeting_feed(meeting_id), text)
        await asyncio.sleep(max(0.0, started_s + (number + 1) / EVENTS_S - time.monotonic()))
    results = []
    for client in clients:
        assert client.stdout is not None
        results.append(json.loads(await client.stdout.readline()))
        await client.wait()
    frames = sum(result["frames"] for result in results)
    delays = [delay for result in results for delay in result["delays_ms"]]
    return {
        "frames": frames,
        "missing": events * (READERS // FEED_CLIENTS) * FEED_CLIENTS - frames,
        "frames_s": round(frames / FEED_S),
        "p50": percentile(delays, 0.5),
        "p95": percentile(delays, 0.95),
        "client_cpu": round(sum(result["cpu_s"] for result in results) / FEED_S, 2),
    }


def _frame(meeting_id: int, number: int) -> str:
    segment = {"start": number, "end": number + 2, "text": WORDS, "segment_id": f"s:{number}"}
    frame = {
        "type": "transcript.mutable",
        "meeting": {"id": meeting_id},
        "payload": {"segments": [segment]},
        "sent": time.time(),
    }
    return json.dumps(frame, separators=(",", ":"))


async def ingest(bus: Bus, database: Database) -> float:
    """Let the collector store segments of ten meetings; segments a second."""
    meetings = [await say.make_meeting(database, native_id(5000 + n)) for n in range(10)]
    before = await _stored(database)
    entries = [
        say.spoken(meetings[n % 10].id, f"i{n % 30}", n, WORDS, speaker="Ada")
        for n in range(INGEST)
    ]
    started_s = time.monotonic()
    for offset in range(0, INGEST, 1000):
        await say.write(bus, *entries[offset : offset + 1000])
    await _until_stored(database, before + INGEST)
    rate = INGEST / (time.monotonic() - started_s)
    assert await _stored(database) == before + INGEST
    return round(rate)


async def _stored(database: Database) -> int:
    async with database.reading() as session:
        return (await session.scalars(select(func.count()).select_from(TranscriptionRow))).one()


async def _until_stored(database: Database, count: int) -> None:
    while await _stored(database) < count:  # noqa: ASYNC110  # another process stores them
        await asyncio.sleep(0.05)


def cpu_s(pids: Sequence[int]) -> list[float]:
    """Return the processor time that each process has used, seconds."""
    ticks = os.sysconf("SC_CLK_TCK")
    return [
        sum(int(n) for n in Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[11:13])
        / ticks
        for pid in pids
    ]


def pss_mb(pids: list[int]) -> float:
    """Return the proportional memory of processes, MB."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return round(total / 1024, 1)


async def measure(
    programs: Programs, url: str, redis_url: str, pids: Sequence[int]
) -> dict[str, Any]:
    """Measure everything with the services running."""
    database, bus = Database(url), Bus(redis_url)
    port = programs.ports["api-gateway"]
    meeting = await say.make_meeting(database)
    await say.write(
        bus,
        *(say.spoken(meeting.id, "s1", n, WORDS, speaker="Ada") for n in range(SEGMENTS)),
    )
    await _until_stored(database, SEGMENTS)
    result: dict[str, Any] = {}
    tell = _Progress(pids)
    one = await read_transcripts(port, meeting.api_key, 1)
    eight = await read_transcripts(port, meeting.api_key, 8)
    result |= {"rps_1": one["rps"], "p50_1_ms": one["p50"], "p95_1_ms": one["p95"]}
    result |= {"transcripts_rps": eight["rps"], "transcripts_p95_ms": eight["p95"]}
    tell(result)
    live = await feed(port, meeting.api_key, meeting.id, bus)
    result |= {"feed_frames_s": live["frames_s"], "feed_p95_ms_1000": live["p95"]}
    result |= {"feed_p50_ms_1000": live["p50"], "feed_missing": live["missing"]}
    result |= {"client_cpu": live["client_cpu"]}
    tell(result)
    result["ingest_s"] = await ingest(bus, database)
    tell(result)
    keys = [_key(programs) for _ in range(20)]
    sequential = await post_bots(port, keys[:1], 60, 0)
    at_once = await post_bots(port, keys, 5, 1000)
    result |= {
        "post_bots_sequential_p99_ms": percentile(sequential, 0.99),
        "post_bots_p99_ms": percentile(at_once, 0.99),
    }
    tell(result)
    await bus.aclose()
    await database.aclose()
    return result


def _key(programs: Programs) -> str:
    answer = httpx2.post(
        programs.url("admin-api") + "/users",
        json={"email": f"{uuid.uuid4().hex}@example.com"},
        headers={"X-Admin-Token": ADMIN_TOKEN},
    )
    return str(answer.json()["api_key"])


class _Progress:
    """Tells results as they come, with the processor time that each service has used for them."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._before = cpu_s(pids)

    def __call__(self, result: dict[str, Any]) -> None:
        now = cpu_s(self._pids)
        used = [round(new - old, 1) for old, new in zip(self._before, now, strict=True)]
        self._before = now
        by_service = dict(zip(SERVICES, used, strict=True))
        print(json.dumps(result), "cpu seconds:", by_service, file=sys.stderr)


def bench(db: str) -> dict[str, Any]:
    """Start stores and services on one database, measure, stop."""
    folder = Path(tempfile.mkdtemp(prefix="vexa-bench-"))
    with ExitStack() as stack:
        _, redis_url = stack.enter_context(redis_server(folder))
        url = f"sqlite+aiosqlite:///{folder / 'vexa.db'}"
        if db == "postgres":
            url = stack.enter_context(postgres_server())
        asyncio.run(migrate(url))
        programs = Programs(url, redis_url, folder, ENV)
        started_s = time.monotonic()
        server = stack.enter_context(supervised(programs, SERVICES, folder))
        ready_s = round(time.monotonic() - started_s, 2)
        running = server.pids()
        pids = [running[name] for name in SERVICES]
        memory = {"services_pss_mb": pss_mb(pids), "supervisor_pss_mb": pss_mb([server.pid])}
        result = asyncio.run(measure(programs, url, redis_url, pids))
        memory["services_pss_after_mb"] = pss_mb(pids)
        return {"db": db, "ready_s": ready_s, **memory, **result}


def main() -> int:
    """Measure the databases asked for; print a table and the JSON line."""
    report = Report()
    # a signal ends what was started, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = os.environ.get("DB")
    results = {db: bench(db) for db in ([wanted] if wanted else ["sqlite", "postgres"])}
    for name in next(iter(results.values())):
        print(f"{name:30}" + "".join(f"{result[name]!s:>14}" for result in results.values()))
    first, *others = results.values()
    report.emit({**first, **{other["db"]: other for other in others}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
