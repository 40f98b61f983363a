"""Light programs under supervisord as `vexa up` runs them, without the rest of the server."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import Programs
from vexa.supervision.supervisor import Supervisor

SHARING, PLAIN = "vexa.supervision.shared_start", "supervisor.supervisord"

_HEAD = """\
[supervisord]
nodaemon=true
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
[unix_http_server]
file={folder}/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
_PROGRAM = """\
[program:{name}]
command={python} -m vexa {name}
autorestart=true
startsecs=1
redirect_stderr=true
stdout_logfile={folder}/{name}.log
"""


class Supervised(Supervisor):
    """supervisord with some light programs; its files are in one folder."""

    def __init__(self, environment: dict[str, str], names: Sequence[str], folder: Path) -> None:
        super().__init__(environment, folder)
        self._folder = folder
        parts = [_HEAD, *(_PROGRAM.replace("{name}", name) for name in names)]
        text = "".join(part.format(folder=folder, python=sys.executable) for part in parts)
        self.config.write_text(text)

    @property
    def config(self) -> Path:
        """supervisord's configuration."""
        return self._folder / "supervisord.conf"

    @property
    def log(self) -> str:
        """What supervisord has written."""
        path = self._folder / "supervisord.log"
        return path.read_text() if path.exists() else ""

    @property
    def pid(self) -> int:
        """supervisord's own process id."""
        return int((self._folder / "supervisord.pid").read_text())

    def pids(self) -> dict[str, int]:
        """Program → process id; 0 while it does not run."""
        return {state.name: state.pid for state in self.states()}


@contextmanager
def supervised(
    programs: Programs, names: Sequence[str], folder: Path, module: str = SHARING
) -> Iterator[Supervised]:
    """Run some of the programs under supervisord, or what `module` makes of it; wait for each."""
    environment = {**os.environ, **programs.environment, "VEXA_SUPERVISORD": module}
    server = Supervised(environment, names, folder)
    server.start()
    try:
        until(lambda: all(programs.answers(name) for name in names), lambda: server.log)
        yield server
    finally:
        server.stop()


def until(condition: Callable[[], bool], why: Callable[[], str], within_s: float = 90) -> None:
    """Return when the condition holds; fail with what `why` says."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, why()
        time.sleep(0.05)
