"""A real bot process in a simulated meeting, with a display of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.fake_manager import FakeManager
from tests.support.processes import find_program
from tests.support.recording_speech import RecordingSpeech
from vexa.contracts.bot import BotLaunch
from vexa.simulator.process import SimulatorProcess

CODE = "abc-defg-hij"
BOT_NAME = "Notetaker"


@contextmanager
def virtual_display() -> Iterator[str]:
    """An X server without a screen; yields its name."""
    read_fd, write_fd = os.pipe()
    command = [find_program("Xvfb"), "-displayfd", str(write_fd), "-screen", "0", "1280x720x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        pass_fds=[write_fd],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_fd)
    try:
        with os.fdopen(read_fd) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class BotProcess:
    """`python -m vexa bot` with a launch on its standard input."""

    def __init__(self, folder: Path, display: str) -> None:
        self.folder = folder
        self.log = folder / "bot.log"
        self._display = display
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process is not None
        return self._process.pid

    async def start(
        self,
        simulator: SimulatorProcess,
        manager: FakeManager,
        speech: RecordingSpeech,
        **changes: Any,
    ) -> None:
        """Start a bot that goes to the simulated meeting."""
        launch = {
            "meeting_id": 1,
            "connection_id": "c0ffee",
            "correlation_id": "test",
            "platform": "google_meet",
            "native_meeting_id": CODE,
            "meeting_url": f"https://meet.google.com/{CODE}?hl=en",
            "bot_name": BOT_NAME,
            "token": "a-meeting-token",
            "manager_url": manager.url,
            "whisperlive_url": speech.url,
            "work_dir": str(self.folder),
            "browser": {
                "host_rules": simulator.host_rules,
                "ca_file": str(simulator.ca_file),
                "loopback_media": True,
            },
        }
        text = BotLaunch.model_validate({**launch, **changes}).model_dump_json()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "vexa", "bot"),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={
                    "PATH": os.environ["PATH"],
                    "DISPLAY": self._display,
                    "HOME": str(self.folder),
                },
                start_new_session=True,
            )
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.close()

    async def ended(self, within_s: float = 60.0) -> int:
        """Wait for the end; return the exit code. Fails with the log's tail."""
        assert self._process is not None
        try:
            return await asyncio.wait_for(self._process.wait(), within_s)
        except TimeoutError:
            raise AssertionError(f"the bot did not end:\n{self.tail()}") from None

    def signal(self, number: int) -> None:
        """Send the bot itself a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def tail(self) -> str:
        """The last lines of the log."""
        return self.log.read_text(errors="replace")[-3000:]

    def events(self, event: str) -> list[dict[str, Any]]:
        """Log lines of one kind."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [entry for line in lines if (entry := json.loads(line)).get("event") == event]

    def browser_pids(self) -> list[int]:
        """Processes whose command line names this bot's profile."""
        mark = f"--user-data-dir={self.folder}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if mark in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found

    async def stop(self) -> None:
        """End everything of this bot."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        for pid in self.browser_pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
