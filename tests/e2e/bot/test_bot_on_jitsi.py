"""Simulated: a bot in rooms of the Jitsi double. One simulator for the whole module."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot.conftest import LINE, World, world_on
from tests.support.bot_process import BOT_NAME
from tests.support.recording_speech import RATE_HZ
from tests.support.wait_until import wait_until
from vexa.contracts.meeting import Outcome
from vexa.simulator.process import SimulatorProcess

LONG = f"{LINE} {LINE}"
#: Frames of a spoken line that are loud, at least.
SPOKEN = 0.6


def url_of(code: str) -> str:
    return f"https://meet.jit.si/{code}"


@pytest.fixture
async def world(
    shared_simulator: SimulatorProcess, tmp_path: Path, display: str
) -> AsyncIterator[World]:
    async with world_on(shared_simulator, tmp_path, display, "jitsi", url_of) as made:
        yield made


async def said(world: World, room: str, *, is_heard: bool = True) -> list[dict[str, Any]]:
    """Wait for the end of the speech, and until the last of it was heard; return what was said."""
    lines = await world.all_said(room, within_s=60)
    if is_heard:
        await heard_until(world, max(line["end_epoch_s"] for line in lines))
    return lines


async def heard_until(world: World, epoch_s: float) -> None:
    """Wait until some stream has come to a time of day, silence included."""

    def has_come() -> bool:
        streams = world.speech.streams.values()
        return any(one.start_epoch_s + one.position / RATE_HZ >= epoch_s for one in streams)

    await wait_until(has_come, within_s=60, what="sound that was sent")


def heard(world: World, line: dict[str, Any]) -> dict[str | None, float]:
    """Name → share of a line that was heard under it."""
    times = line["start_epoch_s"], line["end_epoch_s"]
    shares: dict[str | None, float] = {}
    for stream in world.speech.streams.values():
        shares[stream.name] = shares.get(stream.name, 0.0) + stream.loud_share(*times)
    return shares


async def test_two_people_are_named_right_and_a_kick_is_a_removal(world: World) -> None:
    await world.control.create_meeting("kick", platform="jitsi")
    ada = await world.add("kick", "Ada", 0.5, 3.0)
    await world.add("kick", "Bob", 1.5)
    await world.add("kick", "Recorder", hidden=True)
    bot = await world.send("kick", notice="I take notes.")
    await world.manager.wait_for("active")
    await world.control.wait_for_event("kick", "chat", text="I take notes.")
    # what anyone writes is no end
    fake = {"participant": ada["id"], "text": "You were kicked out of the meeting"}
    await world.control.order("kick", "chat", **fake)
    await world.control.start_clock("kick")
    for line in await said(world, "kick"):
        shares = heard(world, line)
        assert shares.keys() == {"Ada", "Bob"}
        assert shares[line["name"]] > SPOKEN, (line, shares)
    await wait_until(
        lambda: world.manager.heartbeats[-1].participants == 2, within_s=10, what="two people"
    )
    assert "completed" not in world.manager.statuses
    await world.control.order("kick", "remove")
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.REMOVED


async def test_every_door_is_passed_and_a_track_swap_loses_and_doubles_nothing(
    world: World,
) -> None:
    doors = {"guest_landing": True, "unsafe_room": True, "password": "s3cret"}
    stubborn = {"honours_config": False, "stream_names": "opaque"}
    await world.control.create_meeting("swap", platform="jitsi", **doors, **stubborn)
    await world.add("swap", "Ada", 0.5, say=LONG)
    bot = await world.send("swap", passcode="s3cret")
    await world.manager.wait_for("active")
    await world.control.wait_for_event("swap", "session", p2p=True)
    await world.control.start_clock("swap")
    # Ada is in the middle of it when the direct connection ends
    await heard_until(world, time.time() + 1)
    await world.add("swap", "Bob", 5.0)
    await world.control.wait_for_event("swap", "session", p2p=False)
    await heard_until(world, time.time() + 0.5)
    # a passing "You have been disconnected" while Bob speaks is no end and costs no word
    blip = {"effect": "disconnected", "details": {"duration_s": 4}}
    await world.control.order("swap", "effect", **blip)
    lines = await said(world, "swap")
    for line in lines:
        assert heard(world, line)[line["name"]] > SPOKEN, (line, heard(world, line))
    # one session a person, though Ada's track was another half way
    assert sorted(stream.name or "" for stream in world.speech.streams.values()) == ["Ada", "Bob"]
    world.manager.leave.set()
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    await world.control.wait_for_event("swap", "left", within_s=1)
    events = await world.control.events("swap")
    names = [entry["name"] for entry in events if entry["event"] == "joined"]
    assert names == [BOT_NAME]


async def test_the_lobby_is_waited_in_and_an_end_without_a_page_is_an_end(world: World) -> None:
    await world.control.create_meeting(
        "lobby", platform="jitsi", access="ask", locale="de", end_page=False
    )
    await world.add("lobby", "Ada", 0.1)
    bot = await world.send("lobby")
    await world.manager.wait_for("awaiting_admission")
    await world.control.start_clock("lobby")
    await said(world, "lobby", is_heard=False)
    assert world.manager.statuses == ["joining", "awaiting_admission"]
    await world.control.order("lobby", "admit")
    await world.manager.wait_for("active")
    await world.control.order("lobby", "end")
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    assert world.speech.streams == {}


async def test_whoever_dials_in_is_named_and_a_kick_needs_no_text(world: World) -> None:
    await world.control.create_meeting("dialled", platform="jitsi", dial_in=True, end_page=False)
    await world.add("dialled", "Ada", 0.5)
    await world.add("dialled", "Bob", 4.0)
    bot = await world.send("dialled")
    await world.manager.wait_for("active")
    await world.control.start_clock("dialled")
    for line in await said(world, "dialled"):
        assert heard(world, line)[line["name"]] > SPOKEN, (line, heard(world, line))
    await world.control.order("dialled", "remove")
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.REMOVED


async def test_a_rejection_is_a_rejection(world: World) -> None:
    await world.control.create_meeting("no", platform="jitsi", access="ask")
    bot = await world.send("no")
    await world.manager.wait_for("awaiting_admission")
    await world.control.order("no", "deny")
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "awaiting_admission", "failed"]
    assert world.manager.end.outcome is Outcome.DENIED


@pytest.mark.parametrize(
    ("room", "options", "outcome"),
    [
        ("nobody", {"access": "ask"}, Outcome.KNOCK_TIMED_OUT),
        ("early", {"gate": "members_only"}, Outcome.NOT_STARTED),
    ],
)
async def test_a_wait_in_vain_says_what_was_waited_for(
    world: World, room: str, options: dict[str, str], outcome: Outcome
) -> None:
    await world.control.create_meeting(room, platform="jitsi", **options)
    bot = await world.send(room, automatic_leave={"max_wait_for_admission": 1_500})
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "awaiting_admission", "failed"]
    assert world.manager.end.outcome is outcome


async def test_a_wrong_password_is_tried_once_on_an_operators_deployment(world: World) -> None:
    await world.control.create_meeting("locked", platform="jitsi", password="s3cret")
    host = "jitsi.example.org"
    bot = await world.send(
        "locked", passcode="guess", meeting_url=f"https://{host}/locked", hosts=[host]
    )
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.PASSCODE_WRONG
    events = [entry["event"] for entry in await world.control.events("locked")]
    assert events.count("password_wrong") == 1
