"""The simulated Google Meet beside the container, and two people who talk in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from vexa.demo.api_client import ApiClient
from vexa.demo.screenplay import Screenplay, Turn
from vexa.demo.simulated_meeting import SimulatedMeeting, random_code
from vexa.demo.speech import Recording
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

#: Where the double's authority is in the container.
CA_FILE = "/srv/double/ca.pem"
JOIN_S = 90.0
PEOPLE = ("Ada Lovelace", "Charles Babbage")


def double_environment(simulator: SimulatorProcess) -> dict[str, str]:
    """Variables that let the container's bots find the double."""
    return {
        "BOT_BROWSER_HOST_RULES": simulator.host_rules,
        "BOT_BROWSER_CA_FILE": CA_FILE,
        "BOT_BROWSER_LOOPBACK_MEDIA": "1",
    }


def ca_mount(simulator: SimulatorProcess, folder: Path) -> str:
    """The volume that brings its authority in."""
    folder.mkdir(exist_ok=True)
    shutil.copy(simulator.ca_file, folder / "ca.pem")
    folder.chmod(0o755)
    (folder / "ca.pem").chmod(0o644)
    return f"{folder}:{Path(CA_FILE).parent}:ro"


def conversation(recordings: list[Recording], turns: int) -> Screenplay:
    """Two people taking turns, a second apart."""
    voices = sorted({recording.voice for recording in recordings})[: len(PEOPLE)]
    queues = [[r for r in recordings if r.voice == voice] for voice in voices]
    said, at_s = [], 1.0
    for number in range(turns):
        queue = queues[number % len(queues)]
        recording = queue[number // len(queues) % len(queue)]
        said.append(Turn(PEOPLE[number % len(PEOPLE)], at_s, recording))
        at_s += recording.duration_s + 1.0
    return Screenplay(dict.fromkeys(PEOPLE, 0.0), tuple(said))


@asynccontextmanager
async def meeting_with_bot(
    simulator: SimulatorProcess, client: ApiClient, play: Screenplay
) -> AsyncIterator[SimulatedMeeting]:
    """Hold a meeting, send a bot, let it in; everyone talks once the block has begun."""
    async with ControlClient(simulator.control_url) as control:
        meeting = SimulatedMeeting(control, random_code())
        await meeting.create()
        await meeting.join_early(play)
        await client.send_bot(meeting.code)
        yield meeting
