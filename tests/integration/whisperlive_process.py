"""Runs the speech server as an operator does: a process, on ports of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.processes import ServerProcess, free_port, port_open
from tests.support.speech_client import SECRET


class Whisperlive:
    """The program as an operator runs it, on ports of its own."""

    def __init__(self, redis_url: str, folder: Path, **env: str) -> None:
        self.port, self._health_port = free_port(), free_port()
        self._folder = folder
        self._process: ServerProcess | None = None
        self._env = {
            "REDIS_URL": redis_url,
            "INTERNAL_API_SECRET": SECRET,
            "VEXA_HOME": str(folder),
            "WHISPER_LIVE_PORT": str(self.port),
            "WHISPER_LIVE_HEALTH_PORT": str(self._health_port),
            "WHISPER_ENGINE": "scripted",
            **env,
        }

    @property
    def health_url(self) -> str:
        """Address of health and metrics."""
        return f"http://127.0.0.1:{self._health_port}"

    @property
    def url(self) -> str:
        """Address of the speech socket."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until both ports are open."""
        command = [sys.executable, "-m", "vexa", "whisperlive"]
        self._process = ServerProcess(command, self._folder / "whisperlive.log", env=self._env)
        self._process.wait_ready(
            lambda: port_open(self.port) and port_open(self._health_port), 60.0
        )

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()

    def stop(self) -> None:
        """SIGTERM. Safe to call twice."""
        if self._process is not None:
            self._process.stop()
