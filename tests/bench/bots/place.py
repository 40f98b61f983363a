"""Where bots are measured: a simulator, a speech server, and bots run as the bot manager does."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.bot_process import virtual_display
from tests.support.fake_manager import FakeManager
from tests.support.recording_speech import RecordingSpeech
from vexa.bot_manager.orchestrators.base import BotHandle, OrchestratorConfig
from vexa.bot_manager.orchestrators.process import ProcessOrchestrator
from vexa.bot_manager.orchestrators.process_tree import bot_processes
from vexa.bot_manager.work_dirs import WorkDirs
from vexa.contracts.bot import BotLaunch, BrowserAccess
from vexa.demo.speech import Recording, read_recordings
from vexa.simulator.client import ControlClient
from vexa.simulator.flite import write_flite_speech
from vexa.simulator.process import SimulatorProcess

#: Moving pictures that every bot's page gets; 0 shows what they cost.
CAMERAS = int(os.environ.get("CAMERAS", "3"))
#: How long the bot manager holds a heartbeat of a bot without orders, seconds.
HOLD_S = 4.0
#: A bot that is not in its meeting by then never comes, on however busy a machine.
JOIN_WITHIN_S = 180.0
#: A bot leaves within 10 s, and a busy machine takes longer.
LEAVE_WITHIN_S = 60.0


def tell(progress: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"bench-bots: {progress}\n")
    sys.stderr.flush()


def code(number: int) -> str:
    """Return the meeting code of the number-th bot, below 676."""
    return f"abc-defg-h{chr(97 + number // 26)}{chr(97 + number % 26)}"


@dataclass
class SentBot:
    """A bot on its way. `started_s` on the monotonic clock."""

    number: int
    handle: BotHandle
    started_s: float
    manager: FakeManager

    @property
    def is_active(self) -> bool:
        """Whether it has reported that it is in its meeting."""
        reports = self.manager.reports
        return any(
            report.connection_id == self.handle.connection_id and report.status == "active"
            for report in reports
        )


@dataclass
class Leavings:
    """What was there after bots had ended."""

    #: Processes that the sweep after a bot's exit had to end.
    swept: int = 0
    #: Processes and folders that were still there after it.
    processes: int = 0
    folders: int = 0


class Place:
    """Everything around the bots."""

    def __init__(
        self, folder: Path, display: str, simulator: SimulatorProcess, speech: RecordingSpeech
    ) -> None:
        self.folder = folder
        self.display = display
        self.simulator = simulator
        self.speech = speech
        self.recordings: list[Recording] = read_recordings(folder / "speech")
        self.leavings = Leavings()
        self._bots = folder / "bots"
        logs = folder / "logs"
        self._dirs = WorkDirs(self._bots, None)
        environment = {"PATH": os.environ["PATH"], "DISPLAY": display}
        command = (sys.executable, "-m", "vexa", "bot")
        self._orchestrator = ProcessOrchestrator(OrchestratorConfig(command, logs, environment))
        self._sent = 0

    async def send(self, manager: FakeManager) -> SentBot:
        """Start a bot for the meeting `code(number)`, which must be made before it knocks."""
        launch = await self.launch(manager)
        started_s = time.monotonic()
        handle = await self._orchestrator.start(launch, f"bot-{launch.meeting_id}")
        return SentBot(launch.meeting_id, handle, started_s, manager)

    async def launch(self, manager: FakeManager) -> BotLaunch:
        """Make a folder for the next bot; return what it is started with."""
        self._sent += 1
        number, connection_id = self._sent, uuid.uuid4().hex
        browser = {
            "host_rules": self.simulator.host_rules,
            "ca_file": str(self.simulator.ca_file),
            "loopback_media": True,
        }
        return BotLaunch(
            meeting_id=number,
            connection_id=connection_id,
            correlation_id="bench",
            platform="google_meet",
            native_meeting_id=code(number),
            meeting_url=f"https://meet.google.com/{code(number)}?hl=en",
            bot_name="Notetaker",
            token="a-meeting-token",
            manager_url=manager.url,
            whisperlive_url=self.speech.url,
            work_dir=str(await self._dirs.make(connection_id)),
            browser=BrowserAccess.model_validate(browser),
        )

    @property
    def next_code(self) -> str:
        """Code of the meeting that the next bot goes to."""
        return code(self._sent + 1)

    async def until_active(self, bot: SentBot) -> float | None:
        """Wait until a bot is in its meeting; return the seconds since its start.

        None when it ended before, or never came.
        """
        while not bot.is_active:
            took_s = time.monotonic() - bot.started_s
            if took_s > JOIN_WITHIN_S or not self.is_running(bot):
                return None
            await asyncio.sleep(0.01)
        return time.monotonic() - bot.started_s

    @staticmethod
    def is_running(bot: SentBot) -> bool:
        """Tell whether a bot's process is there."""
        return Path(f"/proc/{bot.handle.pid}").exists()

    async def take_out(self, bot: SentBot) -> None:
        """Wait for the end of a bot that was told to leave, and clean up as its keeper does."""
        try:
            await asyncio.wait_for(self._orchestrator.wait(bot.handle), LEAVE_WITHIN_S)
        except TimeoutError:
            await self._orchestrator.stop(bot.handle, grace_s=0)
        self.leavings.swept += await self._orchestrator.sweep(bot.handle)
        await self._dirs.remove(bot.handle.connection_id)
        left = await asyncio.to_thread(bot_processes, bot.handle.connection_id)
        self.leavings.processes += len(left)

    async def aclose(self) -> None:
        """Count the folders that remain, and stop watching."""
        self.leavings.folders = len(list(self._bots.iterdir())) if self._bots.exists() else 0
        await self._orchestrator.aclose()


@asynccontextmanager
async def open_place(folder: Path) -> AsyncIterator[tuple[Place, ControlClient]]:
    """Start what bots need; stop it at the end."""
    write_flite_speech(folder / "speech")
    with virtual_display() as display:
        async with (
            SimulatorProcess(folder / "simulator", seed=7) as simulator,
            ControlClient(simulator.control_url) as control,
            RecordingSpeech() as speech,
        ):
            place = Place(folder, display, simulator, speech)
            try:
                yield place, control
            finally:
                await place.aclose()
