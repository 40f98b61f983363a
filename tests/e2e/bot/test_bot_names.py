"""A meeting says who was there, when its bot has left and when its bot was killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.bot_manager import BotManager, bot_manager
from tests.support.bot_process import BOT_NAME
from tests.support.recording_speech import RecordingSpeech
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess
from vexa.storage.tables import MeetingPeopleRow

REACH_S = 90.0


@dataclass
class Place:
    """A simulated Meet, and a real bot manager whose bots go there."""

    control: ControlClient
    manager: BotManager

    async def hold(self, code: str) -> int:
        """Let people come, go and take other names around a bot; return the meeting's id."""
        await self.control.create_meeting(code)
        ada = await self.control.add_participant(code, "Ada")
        guest = await self.control.add_participant(code, "Guest 7")
        nameless = await self.control.add_participant(code, "spaces/x/devices/9")
        meeting = await self.manager.send_ok(BOT_NAME, code)
        await self.manager.row_with(meeting["id"], "active", within_s=REACH_S)
        await self._has_told(meeting["id"], "Ada", "Guest 7")
        await self.control.add_participant(code, "Bob")
        await self._has_told(meeting["id"], "Ada", "Guest 7", "Bob")
        await self.control.remove_participant(code, ada["id"])
        await self.control.rename(code, guest["id"], "Grace Hopper")
        await self.control.rename(code, nameless["id"], "Ute")
        await self._has_told(meeting["id"], "Ada", "Grace Hopper", "Ute", "Bob")
        return int(meeting["id"])

    async def _has_told(self, meeting_id: int, *names: str) -> None:
        async def is_kept() -> bool:
            async with self.manager.database.reading() as session:
                row = await session.get(MeetingPeopleRow, meeting_id)
            return row is not None and row.names == list(names)

        await wait_until(is_kept, within_s=30, what=f"{len(names)} names")

    async def shown(self, meeting_id: int) -> list[dict[str, Any]]:
        """A meeting's `data` as the list of bots and the page of the one show it."""
        listed = (await self.manager.client.get("/bots")).json()["meetings"]
        one = (await self.manager.client.get(f"/bots/id/{meeting_id}")).json()
        return [m["data"] for m in (*listed, one) if m["id"] == meeting_id]


@pytest.fixture
async def place(
    tmp_path: Path, display: str, sqlite_url: str, redis_url: str
) -> AsyncIterator[Place]:
    async with (
        SimulatorProcess(tmp_path / "simulator", seed=7) as simulator,
        ControlClient(simulator.control_url) as control,
        RecordingSpeech() as speech,
        bot_manager(
            tmp_path,
            sqlite_url,
            redis_url,
            BOT_COMMAND=f"{sys.executable} -m vexa bot",
            BOT_BROWSER_HOST_RULES=simulator.host_rules,
            BOT_BROWSER_CA_FILE=str(simulator.ca_file),
            BOT_BROWSER_LOOPBACK_MEDIA="1",
            BOT_STOP_DELAY="30",
            WHISPER_LIVE_URL=speech.url,
            DISPLAY=display,
        ) as manager,
    ):
        yield Place(control, manager)


async def test_who_was_there_is_known_after_the_end_and_after_a_killed_bot(place: Place) -> None:
    everybody = ["Ada", "Grace Hopper", "Ute", "Bob"]
    left = await place.hold("nam-left-one")
    assert (await place.manager.stop_bot("nam-left-one")).status_code == 202
    row = await place.manager.row_with(left, "completed", "failed", within_s=60)
    assert row.data["outcome"] == "stopped_by_user"
    killed = await place.hold("nam-kill-two")
    os.kill((await place.manager.row(killed)).bot_pid, signal.SIGKILL)
    row = await place.manager.row_with(killed, "completed", "failed", within_s=30)
    assert row.data["outcome"] == "bot_crashed"
    for meeting_id in (left, killed):
        for data in await place.shown(meeting_id):
            assert (data["participants"], data["languages"]) == (everybody, [])
