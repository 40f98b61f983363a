"""The simulator in a process of its own, so that a busy caller cannot disturb the media's clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path
from types import TracebackType

from vexa.contracts.errors import ServiceUnreachable
from vexa.simulator.doubles import DEFAULT_PLATFORM, person_url

#: Longest start, imports and certificates included, on a loaded two-core machine.
START_WITHIN_S = 60.0
#: Time to close after SIGTERM before SIGKILL.
STOP_WITHIN_S = 10.0


class SimulatorProcess:
    """Starts `python -m vexa.simulator`, has its addresses, stops it. An async context manager."""

    def __init__(self, home: Path, *, seed: int | None = None) -> None:
        self._home = home
        self._seed = seed
        self._process: asyncio.subprocess.Process | None = None
        self.https_port = 0
        self.control_url = ""
        self.host_rules = ""
        self.ca_file = home / "tls" / "ca.pem"
        self.log_file = home / "simulator.log"

    @property
    def pid(self) -> int:
        """Process id of the running simulator."""
        assert self._process is not None, "not started"
        return self._process.pid

    def person_url(self, native_id: str, platform: str = DEFAULT_PLATFORM) -> str:
        """Address at which a person on this machine joins a meeting in their own browser."""
        return person_url(self.control_url, native_id, platform)

    def host_url(self, native_id: str) -> str:
        """Address of the host's page: who knocks, who is in, admit, deny, remove, end."""
        return f"http://localhost:{self.control_url.rsplit(':', 1)[1]}/host/{native_id}"

    async def __aenter__(self) -> SimulatorProcess:
        self._home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "vexa.simulator", "--home", str(self._home)]
        if self._seed is not None:
            command += ["--seed", str(self._seed)]
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=log, start_new_session=True
            )
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), START_WITHIN_S)
            addresses = json.loads(line)
        except (TimeoutError, ValueError) as exc:
            await self._stop()
            raise ServiceUnreachable(f"the simulator did not start; see {self.log_file}") from exc
        self.https_port = addresses["https_port"]
        self.control_url = addresses["control_url"]
        self.host_rules = addresses["host_rules"]
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()
