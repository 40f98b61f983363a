"""A stopped bot is out of the room within ten seconds, by the simulator's own record.

Whatever its page does, and before its last words are text. Simulated.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot.conftest import World, world_on
from tests.support.bot_process import BotProcess
from tests.support.wait_until import wait_until
from vexa.contracts.meeting import MeetingStatus, Outcome
from vexa.simulator.process import SimulatorProcess

#: A user who stops a bot sees it gone within this time, seconds.
GONE_S = 10.0
#: Loud time of a line that was heard, of its length, at least.
SPOKEN = 0.4
STUCK: dict[str, Any] = {"busy_ms": 600_000, "every_ms": 100, "duration_s": 600}


def url_of(code: str) -> str:
    return f"https://meet.google.com/{code}?hl=en"


@pytest.fixture
async def world(
    shared_simulator: SimulatorProcess, tmp_path: Path, display: str
) -> AsyncIterator[World]:
    async with world_on(shared_simulator, tmp_path, display, "google_meet", url_of) as made:
        yield made


async def stop(world: World, code: str) -> dict[str, Any]:
    """Stop the bot as its user does; return what the meeting recorded of its going."""
    stopped_s = time.time()
    world.manager.leave.set()

    async def went() -> Any:
        events = await world.control.events(code)
        return [entry for entry in events if entry["event"] in {"left", "gone"}]

    event: dict[str, Any] = (await wait_until(went, within_s=60, what="the bot's going"))[0]
    assert event["at_epoch_s"] - stopped_s < GONE_S, event
    return event


def freeze(bot: BotProcess) -> None:
    """Have the bot's browser stand still."""
    for pid in bot.browser_pids():
        os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize(
    ("code", "obstacle", "went"),
    [
        ("lea-veaa-aaa", "none", "left"),
        ("lea-veaa-aab", "unknown button", "gone"),
        ("lea-veaa-aac", "stuck page", "gone"),
        ("lea-veaa-aad", "frozen browser", "gone"),
    ],
)
async def test_a_bot_is_gone_before_its_last_words_are_text(
    world: World, code: str, obstacle: str, went: str
) -> None:
    button = "unknown" if obstacle == "unknown button" else "known"
    await world.control.create_meeting(code, leave_button=button)
    await world.add(code, "Ada", 0.5)
    bot = await world.send(code)
    await world.manager.wait_for("active")
    await world.control.wait_for_event(code, "connection", within_s=60, state="connected")
    await world.control.start_clock(code)
    line = (await world.all_said(code, within_s=120))[0]

    def share() -> float:
        times = line["start_epoch_s"], line["end_epoch_s"]
        return max((one.loud_share(*times) for one in world.speech.streams.values()), default=0)

    world.speech.may_end.clear()
    if obstacle in {"stuck page", "frozen browser"}:
        # what is in such a page when it stands still never comes out of it
        await wait_until(lambda: share() > SPOKEN, within_s=60, what="Ada's line")
    if obstacle == "stuck page":
        await world.control.order(code, "stall", **STUCK)
    elif obstacle == "frozen browser":
        freeze(bot)
    assert (await stop(world, code))["event"] == went
    assert world.manager.statuses[-1] == "active"
    world.speech.may_end.set()
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    assert share() > SPOKEN
    assert all(stream.ended for stream in world.speech.streams.values())
    assert bot.browser_pids() == []


@pytest.mark.parametrize(
    ("code", "options", "reached"),
    [
        ("lea-vebb-aaa", {"captcha": True}, "needs_help"),
        ("lea-vebb-aab", {"access": "ask", "leave_button": "unknown"}, "awaiting_admission"),
    ],
)
async def test_a_bot_that_is_stopped_at_the_door_is_gone_too(
    world: World, code: str, options: dict[str, Any], reached: str
) -> None:
    await world.control.create_meeting(code, **options)
    bot = await world.send(code, help_wait_s=600)
    await world.manager.wait_for(reached)
    await world.control.order(code, "stall", **STUCK)
    await stop(world, code)
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", reached, "completed"]
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    assert world.manager.end.status is MeetingStatus.COMPLETED
