"""A simulator, a manager, a speech server that records, and a bot to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.bot_process import BotProcess, virtual_display
from tests.support.fake_manager import FakeManager
from tests.support.recording_speech import RecordingSpeech
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

SendBot = Callable[..., Awaitable[BotProcess]]


@dataclass
class World:
    """Everything around a bot."""

    simulator: SimulatorProcess
    control: ControlClient
    manager: FakeManager
    speech: RecordingSpeech
    send: SendBot


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
