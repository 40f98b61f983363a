"""The two servers that are compared, each started as its makers start it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx2
import psutil

from tests.integration.whisperlive_process import Whisperlive
from tests.support.processes import ServerProcess, free_port, port_open
from tests.support.speech_client import meeting_hello
from tests.support.stores import redis_server

ROOT = Path(__file__).parents[3]
PEER = ROOT / "tests" / "bench" / "peer"
TORCH = "torch==2.13.0"
#: Batch mode at its own defaults, but for the admission rules, which would refuse the clients
#: whose words are to be measured.
PEER_OPTIONS = (
    "batch_enabled=true",
    "batch_max_queue_wait_s=3600",
    "batch_max_admissions_per_s=1000",
)
MIB = 1024 * 1024


@dataclass
class Usage:
    """What a server used while it was measured."""

    cpu_s: float = 0.0
    rss_mib: float = 0.0


@dataclass
class Server:
    """A running server: where it is, and how to speak to it."""

    name: str
    url: str
    process: psutil.Process
    gaps: bool
    #: How long a client stays after its last sample, and waits for the goodbye, seconds.
    linger_s: float
    goodbye_s: float
    hello: dict[str, Any] = field(default_factory=dict)

    def hellos(self, count: int) -> list[dict[str, Any]]:
        """Return the first messages of `count` clients."""
        if self.hello:
            return [{**self.hello, "uid": uuid4().hex} for _ in range(count)]
        return [meeting_hello(uuid4().hex, resume=False) for _ in range(count)]

    @contextmanager
    def measured(self) -> Iterator[Usage]:
        """Measure processor time and peak memory while the context is open."""
        usage = Usage()
        stop = Event()
        watcher = Thread(target=_watch, args=(self.process, usage, stop))
        before = self.process.cpu_times()
        watcher.start()
        try:
            yield usage
        finally:
            stop.set()
            watcher.join()
            after = self.process.cpu_times()
            usage.cpu_s = after.user + after.system - before.user - before.system


def _watch(process: psutil.Process, usage: Usage, stop: Event) -> None:
    while not stop.wait(1.0):
        usage.rss_mib = max(usage.rss_mib, process.memory_info().rss / MIB)


@contextmanager
def our_server(folder: Path, model: Path, **env: str) -> Iterator[Server]:
    """Run whisperlive and a Redis of its own."""
    with redis_server(folder) as (_redis, redis_url):
        options = {
            "WHISPER_ENGINE": "faster_whisper",
            "WHISPER_MODEL_SIZE": str(model),
            "WL_MAX_CLIENTS": "64",
            **env,
        }
        server = Whisperlive(redis_url, folder, **options)
        server.start()
        try:
            _wait_until_ready(server.health_url + "/readyz")
            process = psutil.Process(server.pid)
            yield Server("vexa", server.url, process, gaps=True, linger_s=0, goodbye_s=60)
        finally:
            server.stop()


def _wait_until_ready(url: str, within_s: float = 60.0) -> None:
    deadline_s = time.monotonic() + within_s
    with httpx2.Client() as http:
        while http.get(url).status_code != 200:
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{url} did not get ready")
            time.sleep(0.1)


@contextmanager
def peer_server(folder: Path, model: Path, *options: str) -> Iterator[Server]:
    """Run the stock server in its own environment, both cores free to it."""
    port = free_port()
    command = [str(peer_python()), str(PEER / "launch.py"), str(port), str(model)]
    process = ServerProcess([*command, *PEER_OPTIONS, *options], folder / "peer.log")
    try:
        process.wait_ready(lambda: port_open(port), within_s=120)
        hello = {
            "language": "en",
            "task": "transcribe",
            "model": str(model),
            "use_vad": True,
            "send_last_n_segments": 10,
            "no_speech_thresh": 0.45,
            "clip_audio": False,
            "same_output_threshold": 10,
        }
        found = psutil.Process(process.pid)
        url = f"ws://127.0.0.1:{port}"
        yield Server("whisper-live", url, found, False, linger_s=12, goodbye_s=5, hello=hello)
    finally:
        process.stop()


def peer_python() -> Path:
    """Return the Python of the stock server's environment, making it if need be."""
    home = ROOT / "build" / "bench-peer"
    python = home / "bin" / "python"
    mark = home / "complete"
    wanted = (PEER / "requirements.txt").read_text() + TORCH
    if mark.exists() and mark.read_text() == wanted:
        return python
    print("bench: making the environment of whisper-live", file=sys.stderr)  # noqa: T201
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, TORCH], check=True, stdout=sys.stderr)
    locked = ["--no-deps", "--require-hashes", "-r", str(PEER / "requirements.txt")]
    subprocess.run([*pip, *locked], check=True, stdout=sys.stderr)
    mark.write_text(wanted)
    return python
