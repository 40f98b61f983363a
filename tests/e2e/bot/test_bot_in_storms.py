"""Simulated: pages that arrange everything anew, in another way, and hide how to leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.bot.conftest import World, world_on
from tests.support.wait_until import wait_until
from vexa.contracts.meeting import Outcome
from vexa.simulator.process import SimulatorProcess

#: Platform → a meeting's code, its address, the layout with the fewest tiles.
PLACES = {
    "google_meet": ("sto-rmed-aaa", "https://meet.google.com/{}?hl=en", "spotlight"),
    "teams": ("3000000001", "https://teams.microsoft.com/meet/{}", "speaker"),
    "zoom": ("83456789012", "https://app.zoom.us/wc/{}/join", "suspension"),
    "jitsi": ("stormed", "https://meet.jit.si/{}", "stage"),
}
#: Time in which a state is reached on a machine with other work, seconds.
REACH_S = 180


@pytest.fixture(params=PLACES)
async def place(
    request: pytest.FixtureRequest, shared_simulator: SimulatorProcess, tmp_path: Path, display: str
) -> AsyncIterator[tuple[str, World]]:
    """Platform, and a world of it."""
    platform: str = request.param
    address = PLACES[platform][1]
    async with world_on(
        shared_simulator, tmp_path, display, platform, lambda code: address.format(code)
    ) as world:
        yield platform, world


async def test_a_page_that_is_arranged_anew_is_still_the_meeting(place: tuple[str, World]) -> None:
    platform, world = place
    code, _, layout = PLACES[platform]
    await world.control.create_meeting(code, platform=platform)
    for name in ("Ada", "Bob"):
        await world.control.add_participant(code, name)
    bot = await world.send(code)
    await world.manager.wait_for("active", within_s=REACH_S)
    beats = world.manager.heartbeats
    await wait_until(lambda: beats and beats[-1].participants == 2, within_s=REACH_S, what="two")
    await world.control.order(code, "layout", layout=layout)
    await world.control.order(code, "relayout", every_ms=50, duration_s=10)
    await world.control.order(code, "stall", duration_s=10)
    await world.control.order(code, "hide_toolbar")
    seen = len(beats)
    await wait_until(lambda: len(beats) > seen + 5, within_s=REACH_S, what="more heartbeats")
    assert world.manager.statuses == ["joining", "active"]
    await wait_until(lambda: beats[-1].participants == 2, within_s=REACH_S, what="two still")
    await world.control.order(code, "end")
    assert await bot.ended(within_s=REACH_S) == 0, bot.tail()
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
