"""Simulated: sound that a bot does not make, and sound that a service does not give it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot.conftest import World, world_on
from tests.support.bot_process import BOT_NAME
from tests.support.wait_until import wait_until
from vexa.contracts.bot import Hears
from vexa.simulator.process import SimulatorProcess

#: Time in which a state is reached on a machine with other work, seconds.
REACH_S = 180
#: Nobody hears what is below this, dB of full scale: digital silence after its way through Opus.
SILENT_DBOV = -90


def meet(code: str) -> str:
    return f"https://meet.google.com/{code}?hl=en"


def teams(code: str) -> str:
    return f"https://teams.microsoft.com/meet/{code}"


PLACES = {"google_meet": ("mic-aaaa-{}", meet), "teams": ("20000000{}", teams)}
#: What tells a meeting's code from that of another kind of test.
MUTE = {"google_meet": "aaa", "teams": "01"}
UNTRACKED = {"google_meet": "bbb", "teams": "02"}


@pytest.fixture(params=PLACES)
async def world(
    request: pytest.FixtureRequest, shared_simulator: SimulatorProcess, tmp_path: Path, display: str
) -> AsyncIterator[tuple[str, World]]:
    """Platform, and a world of it."""
    url_of = PLACES[request.param][1]
    async with world_on(shared_simulator, tmp_path, display, request.param, url_of) as made:
        yield request.param, made


async def talk(place: tuple[str, World], kind: dict[str, str], **options: Any) -> str:
    """Make a meeting in which somebody talks; return its code."""
    platform, world = place
    code = PLACES[platform][0].format(kind[platform])
    await world.control.create_meeting(code, platform=platform, **options)
    await world.add(code, "Ada", 0.5, 6.0)
    return code


async def test_nobody_hears_a_bot_whose_machine_has_a_microphone(
    world: tuple[str, World],
) -> None:
    platform, around = world
    code = await talk(world, MUTE, tone_microphone=True)
    await around.send(code)
    await around.manager.wait_for("active", within_s=REACH_S)
    await around.control.wait_for_event(code, "connection", within_s=REACH_S, state="connected")
    await around.control.start_clock(code)
    await around.all_said(code, within_s=REACH_S)
    joined = await around.control.wait_for_event(code, "joined", name=BOT_NAME)

    async def sent() -> dict[str, Any]:
        return dict((await around.control.visitor(code, joined["visitor"]))["microphone"])

    if platform == "google_meet":
        # Meet's page keeps a muted microphone connected, and Teams' has none
        async def flows() -> bool:
            return bool((await sent())["sent_s"] > 1)

        await wait_until(flows, within_s=REACH_S, what="a microphone")
    assert (await sent())["loudest_dbov"] < SILENT_DBOV


async def test_a_bot_that_is_given_no_track_says_that_it_hears_nothing(
    world: tuple[str, World],
) -> None:
    _, around = world
    code = await talk(world, UNTRACKED, sound_tracks=False)
    bot = await around.send(code, sound_sink=True)
    await around.manager.wait_for("active", within_s=REACH_S)
    await around.control.wait_for_event(code, "connection", within_s=REACH_S, state="connected")
    await around.control.start_clock(code)
    await around.all_said(code, within_s=REACH_S)
    beats = around.manager.heartbeats
    await wait_until(lambda: beats[-1].hears is Hears.NOTHING, within_s=REACH_S, what="no sound")
    assert around.speech.streams == {}
    assert around.manager.statuses == ["joining", "active"]
    assert bot.events("track_captured") == []
