"""Real server processes for tests: started, waited for, and ended by pid."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def free_port() -> int:
    """Return a TCP port that is free on loopback at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def find_program(name: str, *patterns: str) -> str:
    """Return the path of an installed program; also looks where Debian hides Postgres."""
    found = shutil.which(name)
    if found:
        return found
    for pattern in patterns:
        for candidate in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            return str(candidate)
    raise AssertionError(f"{name} is not installed; `make setup` installs it")


class ServerProcess:
    """One process in a group of its own, with its output in a file."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                list(command),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                user=user,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    def wait_ready(self, is_ready: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait until `is_ready`; fail with the log's end if the process ends first."""
        deadline_s = time.monotonic() + within_s
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline_s:
                self.stop()
                tail = self.log.read_text(errors="replace")[-2000:]
                raise AssertionError(f"{self.process.args!r} did not get ready:\n{tail}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL the process itself, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self, grace_s: float = 10.0) -> None:
        """SIGTERM, then SIGKILL to the group. Safe to call twice."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def port_open(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether something listens on a TCP port."""
    with socket.socket() as sock:
        sock.settimeout(0.2)
        return sock.connect_ex((host, port)) == 0
