"""A simulator, a manager, a speech server that records, and a bot to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.bot_process import BotProcess, virtual_display
from tests.support.fake_manager import FakeManager
from tests.support.recording_speech import RecordingSpeech
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

SendBot = Callable[..., Awaitable[BotProcess]]

#: Voices of flite by participant; anyone else has the third.
VOICES = {"Ada": "slt", "Bob": "rms"}
OTHER_VOICE = "awb"
LINE = "The quick brown fox jumps over the lazy dog."


@dataclass
class World:
    """Everything around a bot."""

    simulator: SimulatorProcess
    control: ControlClient
    manager: FakeManager
    speech: RecordingSpeech
    send: SendBot

    async def add(
        self, code: str, name: str, *at_s: float, say: str = LINE, **facts: Any
    ) -> dict[str, Any]:
        """Add a participant who says a line at each of these seconds."""
        voice = VOICES.get(name, OTHER_VOICE)
        speech = [{"at_s": at, "say": say, "voice": voice} for at in at_s]
        return await self.control.add_participant(code, name, speech=speech, **facts)

    async def all_said(self, code: str, within_s: float) -> list[dict[str, Any]]:
        """Wait until everything was said; return what was."""

        async def is_over() -> bool:
            return bool((await self.control.meeting(code))["speech_over"])

        await wait_until(is_over, within_s=within_s, what="end of the speech")
        return await self.control.truth(code)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    with virtual_display() as name:
        yield name


@pytest.fixture
async def world(tmp_path: Path, display: str) -> AsyncIterator[World]:
    bots: list[BotProcess] = []
    async with (
        SimulatorProcess(tmp_path / "simulator", seed=7) as simulator,
        ControlClient(simulator.control_url) as control,
        FakeManager() as manager,
        RecordingSpeech() as speech,
    ):

        async def send(**changes: Any) -> BotProcess:
            folder = tmp_path / f"bot{len(bots)}"
            folder.mkdir()
            bot = BotProcess(folder, display)
            bots.append(bot)
            await bot.start(simulator, manager, speech, **changes)
            return bot

        yield World(simulator, control, manager, speech, send)
        for bot in bots:
            await bot.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_simulator(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[SimulatorProcess]:
    """One simulator for a whole module, whose tests have a meeting each."""
    async with SimulatorProcess(tmp_path_factory.mktemp("simulator"), seed=7) as running:
        yield running


@asynccontextmanager
async def world_on(
    simulator: SimulatorProcess,
    folder: Path,
    display: str,
    platform: str,
    url_of: Callable[[str], str],
) -> AsyncIterator[World]:
    """A world whose one bot is sent to a meeting of this platform by its code."""
    bot = BotProcess(folder, display)
    async with (
        ControlClient(simulator.control_url) as control,
        FakeManager() as manager,
        RecordingSpeech() as speech,
    ):

        async def send(code: str, **changes: Any) -> BotProcess:
            address = {"native_meeting_id": code, "meeting_url": url_of(code)}
            launch = {"platform": platform, **address, **changes}
            await bot.start(simulator, manager, speech, **launch)
            return bot

        yield World(simulator, control, manager, speech, send)
        await bot.stop()
