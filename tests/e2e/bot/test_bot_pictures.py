"""Simulated: bots let each platform send them no pictures, by the platform's own setting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.bot.conftest import World, world_on
from tests.support.wait_until import wait_until
from vexa.simulator.process import SimulatorProcess

#: A state is reached within this on the slowest of machines, seconds.
REACHED_S = 180
#: A page that wants pictures is sent dozens within this time, seconds.
WATCHED_S = 4.0

ADDRESSES: dict[str, Callable[[str], str]] = {
    "google_meet": lambda code: f"https://meet.google.com/{code}?hl=en",
    "jitsi": lambda room: f"https://meet.jit.si/{room}",
    "teams": lambda code: f"https://teams.microsoft.com/meet/{code}?p=AbC123dE",
    "zoom": lambda code: f"https://app.zoom.us/wc/{code}/join",
}


async def pictures_sent(world: World, code: str) -> int:
    """Frames that the platform sent to its one visitor."""
    (visitor,) = (await world.control.meeting(code))["visitors"]
    return int(visitor["pictures_sent"])


@pytest.mark.parametrize(
    ("platform", "code", "options"),
    [
        ("google_meet", "pic-ture-one", {}),
        ("jitsi", "pictures", {}),
        # the address asks for nothing here: the application is asked
        ("jitsi", "stubborn", {"honours_config": False}),
        ("teams", "3000000001", {}),
        ("teams", "3000000002", {"locale": "de", "client": "v2"}),
        ("zoom", "82345670001", {}),
        ("zoom", "82345670002", {"locale": "de"}),
    ],
)
async def test_no_pictures_come_and_sound_does(
    shared_simulator: SimulatorProcess,
    tmp_path: Path,
    display: str,
    platform: str,
    code: str,
    options: dict[str, object],
) -> None:
    async with world_on(
        shared_simulator, tmp_path, display, platform, ADDRESSES[platform]
    ) as world:
        await world.control.create_meeting(code, platform=platform, cameras=2, **options)
        await world.add(code, "Ada", 1.0, 9.0)
        bot = await world.send(code)
        await world.manager.wait_for("active", REACHED_S)
        if platform != "google_meet":
            wanted = {"within_s": REACHED_S, "wanted": False}
            await world.control.wait_for_event(code, "pictures", **wanted)
        await world.control.start_clock(code)
        await world.all_said(code, within_s=REACHED_S)
        await wait_until(lambda: bool(world.speech.streams), within_s=REACHED_S, what="sound")
        sent = await pictures_sent(world, code)
        await asyncio.sleep(WATCHED_S)
        assert await pictures_sent(world, code) == sent
        assert sent == 0 or platform in {"teams", "zoom"} or options
        await world.control.order(code, "end")
        assert await bot.ended(REACHED_S) == 0
