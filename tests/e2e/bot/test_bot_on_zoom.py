"""Simulated: a bot in meetings of the Zoom double. One simulator for the whole module."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot.conftest import World, world_on
from tests.support.bot_process import BOT_NAME
from tests.support.lent_accounts import zoom_account
from tests.support.wait_until import wait_until
from vexa.contracts.bot import ACCOUNT_FILE, Hears
from vexa.contracts.meeting import Outcome
from vexa.simulator.process import SimulatorProcess

#: Loud time of a line that was heard, of its length, at least; at most under a wrong name; at most
#: under the right one.
SPOKEN, WRONG, DOUBLED = 0.4, 0.05, 1.3
#: Silence after each line, in which a busy machine may still play it, seconds.
PAUSE_S = 3.0
#: Time in which a state is reached on a machine with other work, seconds.
REACH_S = 180
#: A user who stops a bot sees it gone within this time, seconds.
GONE_S = 10.0


def url_of(code: str) -> str:
    return f"https://app.zoom.us/wc/{code}/join"


@pytest.fixture
async def world(
    shared_simulator: SimulatorProcess, tmp_path: Path, display: str
) -> AsyncIterator[World]:
    async with world_on(shared_simulator, tmp_path, display, "zoom", url_of) as made:
        yield made


async def create(world: World, meeting: str, **options: Any) -> None:
    await world.control.create_meeting(meeting, platform="zoom", **options)


async def said(world: World, meeting: str) -> list[dict[str, Any]]:
    """Wait until everything was said; return what was."""
    return await world.all_said(meeting, within_s=REACH_S)


def shares(world: World, line: dict[str, Any]) -> dict[str | None, float]:
    """Name → loud time under it from a line's beginning to the pause after it, of the line's."""
    begin_s, end_s = line["start_epoch_s"], line["end_epoch_s"]
    found: dict[str | None, float] = {}
    for stream in world.speech.streams.values():
        loud_s = stream.loud_share(begin_s, end_s + PAUSE_S) * (end_s + PAUSE_S - begin_s)
        found[stream.name] = found.get(stream.name, 0.0) + loud_s / (end_s - begin_s)
    return found


async def heard(world: World, line: dict[str, Any], name: str | None) -> dict[str | None, float]:
    """Wait until a line was heard under a name; return all shares of it."""
    for_a_line = f"{line['name']}'s line under {name}"
    await wait_until(
        lambda: shares(world, line).get(name, 0.0) > SPOKEN, within_s=REACH_S, what=for_a_line
    )
    return shares(world, line)


async def test_two_people_are_named_right_on_the_mix_and_the_host_removes_the_bot(
    world: World,
) -> None:
    meeting = "82345678901"
    await create(world, meeting, dialogs=["ai_companion", "recording"], microphone_live=True)
    ada = await world.add(meeting, "Ada", 0.5, 14.0)
    await world.add(meeting, "Bob", 7.0, 14.0)
    bot = await world.send(meeting, notice="I take notes.")
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.wait_for_event(meeting, "chat", within_s=REACH_S, text="I take notes.")
    # what anyone writes is no end
    for text in ("You have been removed", "This meeting has been ended by host"):
        await world.control.order(meeting, "chat", participant=ada["id"], text=text)
    await world.control.start_clock(meeting)
    lines = await said(world, meeting)
    for line in lines[:2]:
        found = await heard(world, line, line["name"])
        other = {"Ada": "Bob", "Bob": "Ada"}[line["name"]]
        assert found.get(other, 0.0) < WRONG, (line, found)
    # both at once: their words are there, under nobody's name
    for line in lines[2:]:
        found = await heard(world, line, None)
        assert found["Ada"] + found["Bob"] < SPOKEN, found
    await wait_until(
        lambda: world.manager.heartbeats[-1].participants == 2, within_s=REACH_S, what="two people"
    )
    # joining the sound switched the microphone on; nobody hears the bot
    await world.control.wait_for_event(meeting, "muted", within_s=REACH_S)
    assert "completed" not in world.manager.statuses
    await world.control.order(meeting, "remove")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.REMOVED


async def test_the_tile_alone_names_and_a_user_stops_the_bot(world: World) -> None:
    meeting = "82345678902"
    doors = {"terms": True, "passcode": "s3cret", "failing_loads": 1}
    await create(world, meeting, signs="tile", **doors)
    await world.add(meeting, "Ada", 0.5)
    await world.add(meeting, "Bob", 7.0, 14.0)
    # a company's own door leads to the classic client, with its cookie banner
    url = f"https://acme.zoom.us/wc/join/{meeting}"
    await world.send(meeting, meeting_url=url, hosts=["acme.zoom.us"], passcode="s3cret")
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.start_clock(meeting)
    lines = await said(world, meeting)
    # the last words are still on their way when the user stops the bot
    world.manager.leave.set()
    stopped_s = time.monotonic()
    await world.control.wait_for_event(meeting, "left", within_s=REACH_S)
    assert time.monotonic() - stopped_s < GONE_S
    await world.manager.wait_for("completed", within_s=REACH_S)
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    for line in lines:
        names = {None: 0.0, **shares(world, line)}
        other = {"Ada": "Bob", "Bob": "Ada"}[line["name"]]
        assert names[None] + names.get(line["name"], 0.0) > SPOKEN, (line, names)
        assert names.get(other, 0.0) < WRONG, (line, names)
    # the tile shows Bob all along by his second line
    assert shares(world, lines[-1])["Bob"] > SPOKEN
    joined = [one for one in await world.control.events(meeting) if one["event"] == "joined"]
    assert [one["name"] for one in joined] == [BOT_NAME]


async def test_a_track_for_each_person_names_them_and_the_mix_adds_nothing(world: World) -> None:
    meeting = "82345678951"
    await create(world, meeting, plays="tracks")
    await world.add(meeting, "Ada", 0.5, 14.0)
    await world.send(meeting)
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.wait_for_event(meeting, "sound", within_s=REACH_S, state="connected")
    # whoever comes later gets a track by another offer
    await world.add(meeting, "Bob", 7.0, 14.0)
    await world.control.start_clock(meeting)
    for line in await said(world, meeting):
        found = await heard(world, line, line["name"])
        assert set(found) == {"Ada", "Bob"}
        assert found[line["name"]] < DOUBLED, (line, found)
    await wait_until(
        lambda: world.manager.heartbeats[-1].hears is Hears.PAGE, within_s=REACH_S, what="tracks"
    )


async def test_what_no_hook_sees_is_heard_by_the_sink_and_named_by_the_signs(world: World) -> None:
    meeting = "82345678952"
    await create(world, meeting, plays="element")
    await world.add(meeting, "Ada", 0.5, 24.0)
    await world.add(meeting, "Bob", 12.0)
    bot = await world.send(meeting, sound_sink=True)
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.wait_for_event(meeting, "sound", within_s=REACH_S)
    await world.control.start_clock(meeting)
    lines = await said(world, meeting)
    await wait_until(
        lambda: world.manager.heartbeats[-1].hears is Hears.SINK, within_s=REACH_S, what="the sink"
    )
    await world.control.order(meeting, "end")
    assert await bot.ended(within_s=REACH_S) == 0, bot.tail()
    for line in lines:
        found = shares(world, line)
        other = {"Ada": "Bob", "Bob": "Ada"}[line["name"]]
        assert found.get(line["name"], 0.0) > SPOKEN, (line, found)
        assert found.get(other, 0.0) < WRONG, (line, found)


async def test_the_waiting_room_is_waited_in_and_the_host_ends_the_meeting(world: World) -> None:
    meeting = "82345678903"
    await create(world, meeting, access="ask", locale="de", footer_hides_after_s=1.0)
    await world.add(meeting, "Ada", 0.1)
    bot = await world.send(meeting)
    await world.manager.wait_for("awaiting_admission", within_s=REACH_S)
    await world.control.start_clock(meeting)
    await said(world, meeting)
    assert world.manager.statuses == ["joining", "awaiting_admission"]
    await world.control.order(meeting, "admit")
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.order(meeting, "end")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    # what was said before the admission is not heard
    assert world.speech.streams == {}


async def test_the_client_in_the_shells_frame_is_passed_through_and_heard(world: World) -> None:
    meeting = "82345678917"
    await create(world, meeting, shell=True, dialogs=["muted"])
    await world.add(meeting, "Ada", 0.5)
    # a launch page leads there
    bot = await world.send(meeting, meeting_url=f"https://zoom.us/j/{meeting}")
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.start_clock(meeting)
    for line in await said(world, meeting):
        await heard(world, line, "Ada")
    await world.control.order(meeting, "remove")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.end.outcome is Outcome.REMOVED


async def test_a_host_who_does_not_let_the_bot_in_refuses_it(world: World) -> None:
    meeting = "82345678904"
    await create(world, meeting, access="ask", apostrophe="straight")
    bot = await world.send(meeting)
    await world.manager.wait_for("awaiting_admission", within_s=REACH_S)
    await world.control.order(meeting, "deny")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "awaiting_admission", "failed"]
    assert world.manager.end.outcome is Outcome.DENIED


@pytest.mark.parametrize(
    ("meeting", "options", "outcome"),
    [
        ("82345678905", {"access": "ask"}, Outcome.KNOCK_TIMED_OUT),
        ("82345678906", {"started": "invalid_link"}, Outcome.NOT_STARTED),
        ("82345678907", {"started": "waits", "locale": "de"}, Outcome.NOT_STARTED),
    ],
)
async def test_a_wait_in_vain_says_what_was_waited_for(
    world: World, meeting: str, options: dict[str, str], outcome: Outcome
) -> None:
    await create(world, meeting, **options)
    bot = await world.send(meeting, automatic_leave={"max_wait_for_admission": 2_000})
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "awaiting_admission", "failed"]
    assert world.manager.end.outcome is outcome


@pytest.mark.parametrize(
    ("meeting", "options", "passcode", "outcome"),
    [
        ("82345678908", {"wall": "on_load"}, None, Outcome.BOTS_NOT_ALLOWED),
        ("82345678909", {"wall": "after_join", "locale": "de"}, None, Outcome.BOTS_NOT_ALLOWED),
        ("82345678910", {"page": "sign_in"}, None, Outcome.SIGN_IN_REQUIRED),
        ("82345678911", {"page": "blocked"}, None, Outcome.SIGN_IN_REQUIRED),
        ("82345678912", {"passcode": "s3cret"}, "guess", Outcome.PASSCODE_WRONG),
        ("82345678913", {"passcode": "s3cret"}, None, Outcome.PASSCODE_WRONG),
        ("82345678914", {"failing_loads": 9}, None, Outcome.NETWORK_LOST),
        ("82345678915", {"audio_joins": False}, None, Outcome.PAGE_CHANGED),
    ],
)
async def test_a_refusal_says_which(
    world: World, meeting: str, options: dict[str, Any], passcode: str | None, outcome: Outcome
) -> None:
    await create(world, meeting, **options)
    bot = await world.send(meeting, passcode=passcode)
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "failed"]
    assert world.manager.end.outcome is outcome
    wrong = [one for one in await world.control.events(meeting) if one["event"] == "passcode_wrong"]
    assert len(wrong) == (passcode == "guess")


async def test_a_wall_inside_the_meeting_is_no_removal_by_anyone(world: World) -> None:
    meeting = "82345678920"
    await create(world, meeting, wall="inside")
    await world.add(meeting, "Ada")
    bot = await world.send(meeting)
    await world.manager.wait_for("active", within_s=REACH_S)
    assert await bot.ended(within_s=REACH_S) == 0
    await world.control.wait_for_event(meeting, "wall_shown", within_s=1)
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.BOTS_NOT_ALLOWED


async def test_a_meeting_that_begins_later_is_joined_then(world: World) -> None:
    meeting = "82345678916"
    await create(world, meeting, started="invalid_link")
    await world.add(meeting, "Ada")
    bot = await world.send(meeting)
    await world.manager.wait_for("awaiting_admission", within_s=REACH_S)
    await world.control.order(meeting, "effect", effect="host_starts")
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.order(meeting, "end")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED


async def test_an_account_joins_where_guests_may_not(world: World) -> None:
    meeting = "82345678981"
    members = {"guests": False, "session": "s3cret", "access": "ask", "passcode": "7777"}
    await create(world, meeting, **members)
    await world.add(meeting, "Ada")
    bot = await world.send(meeting, account=zoom_account("s3cret"), passcode="7777")
    await world.manager.wait_for("awaiting_admission", within_s=REACH_S)
    await world.control.order(meeting, "admit")
    await world.manager.wait_for("active", within_s=REACH_S)
    knocked = await world.control.wait_for_event(meeting, "knocked")
    assert knocked["name"] == "Notetaker Account"
    await wait_until(
        lambda: bool(world.manager.heartbeats) and world.manager.heartbeats[-1].participants == 1,
        within_s=REACH_S,
        what="one person, the bot not counted",
    )
    await world.control.order(meeting, "end")
    assert await bot.ended(REACH_S) == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    assert (bot.folder / ACCOUNT_FILE).exists()
    assert "s3cret" not in bot.log.read_text()


async def test_an_account_that_is_signed_out_opens_no_meeting(world: World) -> None:
    meeting = "82345678982"
    await create(world, meeting, session="another")
    bot = await world.send(meeting, account=zoom_account("ended"))
    assert await bot.ended(REACH_S) == 0
    assert world.manager.statuses == ["joining", "failed"]
    assert world.manager.end.outcome is Outcome.ACCOUNT_SIGNED_OUT
    events = [entry["event"] for entry in await world.control.events(meeting)]
    assert not {"hello", "join_pressed", "joined"} & set(events)
    assert not (bot.folder / ACCOUNT_FILE).exists()


async def test_an_account_that_somebody_signs_in_on_the_display_joins_and_is_kept(
    world: World,
) -> None:
    meeting = "82345678983"
    await create(world, meeting, session="fresh", ended_session="over", guests=False)
    await world.add(meeting, "Ada")
    bot = await world.send(meeting, account=zoom_account("over"), help_wait_s=600)
    await world.manager.wait_for("needs_help", within_s=REACH_S)
    needed = world.manager.reports[-1].help
    assert needed is not None
    assert needed.what is Outcome.ACCOUNT_SIGNED_OUT
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.order(meeting, "end")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "needs_help", "active", "completed"]
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    kept = json.loads((bot.folder / ACCOUNT_FILE).read_text())["cookies"]
    assert {one["name"]: one["value"] for one in kept}["_zm_ssid"] == "fresh"


async def test_a_captcha_calls_for_help_and_the_join_goes_on_when_it_is_solved(
    world: World,
) -> None:
    meeting = "82345678918"
    await create(world, meeting, captcha=True)
    await world.add(meeting, "Ada")
    bot = await world.send(meeting, help_wait_s=600)
    await world.manager.wait_for("needs_help", within_s=REACH_S)
    needed = world.manager.reports[-1].help
    assert needed is not None
    assert needed.what is Outcome.CAPTCHA
    beats = len(world.manager.heartbeats)
    await wait_until(lambda: len(world.manager.heartbeats) > beats + 2, within_s=REACH_S)
    assert world.manager.heartbeats[-1].state == "needs_help"
    assert "joined" not in [one["event"] for one in await world.control.events(meeting)]
    await world.control.order(meeting, "effect", effect="captcha_solved")
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.order(meeting, "end")
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "needs_help", "active", "completed"]
    assert world.manager.end.outcome is Outcome.MEETING_ENDED


async def test_a_captcha_that_nobody_solves_ends_the_join_as_what_it_was(world: World) -> None:
    meeting = "82345678919"
    await create(world, meeting, captcha=True)
    bot = await world.send(meeting, help_wait_s=3)
    assert await bot.ended(within_s=REACH_S) == 0
    assert world.manager.statuses == ["joining", "needs_help", "failed"]
    assert world.manager.end.outcome is Outcome.CAPTCHA
