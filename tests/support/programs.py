"""Programs of the server as real processes on loopback ports, over given stores."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx2

from tests.support.processes import ServerProcess, free_port

ADMIN_TOKEN = "test-admin-token"
INTERNAL_SECRET = "test-internal-secret-of-32-bytes!"

#: Program → its variable for the port, and for its URL in the others.
_ADDRESSES = {
    "admin-api": ("ADMIN_API_PORT", "ADMIN_API_URL"),
    "api-gateway": ("API_GATEWAY_PORT", ""),
    "bot-manager": ("BOT_MANAGER_PORT", "BOT_MANAGER_URL"),
    "transcription-collector": ("TRANSCRIPTION_COLLECTOR_PORT", "TRANSCRIPTION_COLLECTOR_URL"),
}


class Programs:
    """Starts programs that know each other's addresses; `stop` ends all of them."""

    def __init__(
        self, database_url: str, redis_url: str, folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.ports = {name: free_port() for name in _ADDRESSES}
        self._folder = folder
        self._running: list[ServerProcess] = []
        self._env = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "VEXA_HOME": str(folder / "home"),
            "ADMIN_API_TOKEN": ADMIN_TOKEN,
            "INTERNAL_API_SECRET": INTERNAL_SECRET,
            "LOG_LEVEL": "debug",
            **(env or {}),
        }
        for name, (port, url) in _ADDRESSES.items():
            self._env[port] = str(self.ports[name])
            if url:
                self._env[url] = self.url(name)

    @property
    def environment(self) -> dict[str, str]:
        """What every program is told."""
        return dict(self._env)

    def url(self, name: str) -> str:
        """Address of a program."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def share_address(self, variable: str, name: str) -> None:
        """Tell every program started from now on a program's address under one more variable."""
        self._env[variable] = self.url(name)

    def start(self, name: str) -> ServerProcess:
        """Start a program and wait until it answers; at most one of each takes the port."""
        return self.start_together([name])[0]

    def start_together(self, names: Sequence[str]) -> list[ServerProcess]:
        """Start programs at once and wait until all answer."""
        servers = [self._spawn(name) for name in names]
        for name, server in zip(names, servers, strict=True):
            server.wait_ready(partial(self.answers, name), within_s=60)
        return servers

    def _spawn(self, name: str) -> ServerProcess:
        server = ServerProcess(
            [sys.executable, "-m", "vexa", name],
            self._folder / f"{name}.log",
            env={**self._env},
        )
        self._running.append(server)
        return server

    def answers(self, name: str) -> bool:
        """Tell whether a program says that it lives."""
        try:
            return httpx2.get(self.url(name) + "/health", timeout=1.0).status_code == 200
        except httpx2.HTTPError:
            return False

    def logs(self) -> str:
        """Everything that the programs have written."""
        return "".join(log.read_text(errors="replace") for log in self._folder.glob("*.log"))

    def stop(self) -> None:
        """End every program."""
        for server in self._running:
            server.stop()


@contextmanager
def running(
    database_url: str,
    redis_url: str,
    folder: Path,
    *names: str,
    env: Mapping[str, str] | None = None,
) -> Iterator[Programs]:
    """Run some programs for the time of a test."""
    programs = Programs(database_url, redis_url, folder, env)
    try:
        for name in names:
            programs.start(name)
        yield programs
    finally:
        programs.stop()
