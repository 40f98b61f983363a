"""Starts supervisord in the foreground's service, asks it for states, and ends it."""

from __future__ import annotations

import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

#: Longer than the longest `stopwaitsecs` in supervisord.conf.
STOP_WAIT_S = 30


@dataclass(frozen=True, slots=True)
class ProgramState:
    """One line of `supervisorctl status`."""

    name: str
    state: str
    pid: int
    log: str


class Supervisor:
    """One supervisord and what it runs."""

    def __init__(self, environment: dict[str, str], run_dir: Path) -> None:
        self._environment = environment
        self._socket = run_dir / "supervisor.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        """The packaged supervisord.conf."""
        return Path(str(files("vexa.supervision") / "supervisord.conf"))

    def start(self) -> None:
        """Start supervisord in a session of its own, so that Ctrl-C reaches only `vexa up`."""
        module = self._environment["VEXA_SUPERVISORD"]
        command = [sys.executable, "-m", module, "-n", "-c", str(self.config)]
        self._process = subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def ended(self) -> bool:
        """Whether supervisord is not running."""
        return self._process is None or self._process.poll() is not None

    def states(self) -> list[ProgramState]:
        """States of all programs; empty while supervisord does not answer yet."""
        make_transport = cast(Callable[..., xmlrpc.client.Transport], SupervisorTransport)
        transport = make_transport(None, None, f"unix://{self._socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
            try:
                answer = cast(list[dict[str, Any]], server.supervisor.getAllProcessInfo())
            except (OSError, xmlrpc.client.Error):
                return []
        return [
            ProgramState(item["name"], item["statename"], item["pid"], item["stdout_logfile"])
            for item in answer
        ]

    def stop(self) -> None:
        """End every program, then supervisord. Safe to call twice."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
