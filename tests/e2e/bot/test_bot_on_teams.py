"""Simulated: a bot in meetings of the Teams double. One simulator for the whole module."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.bot.conftest import LINE, World, world_on
from tests.support.lent_accounts import microsoft_account
from tests.support.wait_until import wait_until
from vexa.contracts.bot import ACCOUNT_FILE, Hears
from vexa.contracts.meeting import Outcome
from vexa.simulator.process import SimulatorProcess

#: Part of a spoken line that is loud, at least; sound may come so late on a busy machine, seconds.
SPOKEN, LATE_S = 0.5, 1.5
#: Share of a line's sound that must be under the right name; the edges may be nobody's where
#: outlines tell, which come late by a time that is guessed.
BY_SOURCE, BY_OUTLINE, BY_CAPTION = 0.85, 0.5, 0.8
#: A meeting whose tiles alone tell who speaks, and what people are called.
BY_TILE = {"sources": False, "call_object": "none", "frames": False}
#: Loudest that a soft voice is, and a usual one surpasses, of full scale.
SOFT = 0.1
#: A state is reached within this on the slowest of machines, seconds.
REACHED_S = 180


def url_of(code: str) -> str:
    return f"https://teams.microsoft.com/meet/{code}?p=AbC123dE"


@pytest.fixture
async def world(
    shared_simulator: SimulatorProcess, tmp_path: Path, display: str
) -> AsyncIterator[World]:
    async with world_on(shared_simulator, tmp_path, display, "teams", url_of) as made:
        yield made


async def said(world: World, code: str) -> list[dict[str, Any]]:
    """Wait until everything was said and the last of it was heard; return what was said."""
    lines = await world.all_said(code, within_s=120)
    last = max(lines, key=lambda line: float(line["end_epoch_s"]))
    await wait_until(
        lambda: sum(heard(world, last).values()) > SPOKEN,
        within_s=60,
        what="sound of the last line",
    )
    return lines


def heard(world: World, line: dict[str, Any]) -> dict[str | None, float]:
    """Name → loud sound that was heard under it while a line was said, as a part of the line."""
    begin_s, end_s = line["start_epoch_s"], line["end_epoch_s"]
    late = (end_s + LATE_S - begin_s) / (end_s - begin_s)
    shares: dict[str | None, float] = {}
    for stream in world.speech.streams.values():
        share = stream.loud_share(begin_s, end_s + LATE_S) * late
        shares[stream.name] = shares.get(stream.name, 0.0) + share
    return shares


def of(lines: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """What one person said, in order."""
    return sorted(
        (one for one in lines if one["name"] == name), key=lambda one: one["start_epoch_s"]
    )


def assert_named(world: World, line: dict[str, Any], least: float) -> None:
    """Check that a line was heard under its speaker's name, and under nobody else's."""
    shares = heard(world, line)
    whole = sum(shares.values())
    others = {name: share for name, share in shares.items() if name not in {line["name"], None}}
    assert whole > SPOKEN, (line, shares)
    assert shares.get(line["name"], 0.0) > least * whole, (line, shares)
    assert not any(others.values()), (line, shares)


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("1000000001", {"locale": "de", "outlines": "none", "call_object": "msteamscalling"}),
        ("1000000002", {"sources": False, "client": "v2", "devices_question": "twice"}),
        (
            "1000000003",
            {"sources": False, "outlines": "style", "call_object": "none", "frames": False},
        ),
        ("1000000004", {"main_audio": "silent", "sound_off": True, "launcher": False}),
        ("1000000005", {"main_audio": "missing", "call_object": "none"}),
        ("1000000041", {**BY_TILE, "tiles": "personal", "layout": "together"}),
        ("1000000042", {**BY_TILE, "tiles": "old", "framed": True}),
        ("1000000043", {"framed": True, "client": "v2", "launcher": False}),
    ],
)
async def test_two_people_are_named_right_in_the_mix(
    world: World, code: str, options: dict[str, Any]
) -> None:
    await world.control.create_meeting(code, platform="teams", flicker_share=0, **options)
    await world.add(code, "Ada", 0.5, 11.5)
    await world.add(code, "Bob", 6.0)
    bot = await world.send(code, notice="I take notes.")
    await world.manager.wait_for("active", REACHED_S)
    await world.control.wait_for_event(code, "chat", text="I take notes.")
    await world.control.wait_for_event(code, "connection", state="connected")
    await world.control.wait_for_event(code, "layout", within_s=60, chosen="gallery")
    await world.control.start_clock(code)
    lines = await said(world, code)
    assert len(lines) == 3
    for line in lines:
        assert_named(world, line, BY_SOURCE if options.get("sources", True) else BY_OUTLINE)
    await world.control.order(code, "end")
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.MEETING_ENDED


async def test_a_page_that_stalls_puts_nobodys_words_under_anothers_name(world: World) -> None:
    code = "1000000031"
    await world.control.create_meeting(code, platform="teams", flicker_share=0, sources=False)
    # Ada speaks so softly that nothing loud is hers
    softly = {"say": LINE, "voice": "slt", "gain": 0.05}
    speech = [{"at_s": at_s, **softly} for at_s in (0.5, 9.5, 18.5)]
    await world.control.add_participant(code, "Ada", speech=speech)
    await world.add(code, "Bob", 5.0, 14.0, 23.0)
    await world.send(code)
    await world.manager.wait_for("active", REACHED_S)
    await world.control.wait_for_event(code, "connection", state="connected")
    await world.control.order(code, "stall", busy_ms=2_800, every_ms=3_300, duration_s=30)
    await world.control.start_clock(code)
    await said(world, code)
    peaks = {
        name: [float(np.abs(run).max()) for one in world.speech.named(name) for _, run in one.runs]
        for name in ("Ada", "Bob")
    }
    assert 0 < max(peaks["Ada"], default=0) < SOFT < max(peaks["Bob"], default=0)
    world.manager.leave.set()
    await world.manager.wait_for("completed", REACHED_S)


async def test_what_no_hook_sees_is_heard_by_the_sink_and_named_by_the_outlines(
    world: World,
) -> None:
    code = "1000000016"
    await world.control.create_meeting(code, platform="teams", flicker_share=0, unhooked=True)
    await world.add(code, "Ada", 0.5, 24.0)
    await world.add(code, "Bob", 12.0)
    bot = await world.send(code, sound_sink=True)
    await world.manager.wait_for("active", REACHED_S)
    await world.control.wait_for_event(code, "sound", within_s=REACHED_S)
    await world.control.start_clock(code)
    lines = await said(world, code)
    beats = world.manager.heartbeats
    await wait_until(lambda: beats[-1].hears is Hears.SINK, within_s=REACHED_S, what="the sink")
    await world.control.order(code, "end")
    assert await bot.ended(REACHED_S) == 0
    for line in lines:
        assert_named(world, line, BY_OUTLINE)


async def test_captions_name_two_people_where_nothing_better_does(world: World) -> None:
    code = "1000000006"
    nothing = {"sources": False, "outlines": "none", "locale": "de", "flicker_share": 0}
    await world.control.create_meeting(code, platform="teams", **nothing)
    # what is said until captions are on names nobody
    ada = await world.add(code, "Ada", 0.5, 4.5)
    bob = await world.add(code, "Bob")
    bot = await world.send(code)
    await world.manager.wait_for("active", REACHED_S)
    await world.control.wait_for_event(code, "connection", state="connected")
    await world.control.start_clock(code)
    await said(world, code)
    await world.control.wait_for_event(code, "captions", within_s=REACHED_S, on=True)
    # the first captions show that they work; what is said then is named
    warm_up = [{"at_s": 0, "say": LINE, "voice": "slt"}]
    await world.control.speak(code, ada["id"], warm_up)
    before = await said(world, code)
    now_s = max(line["end_epoch_s"] for line in before)
    started_s = (await world.control.meeting(code))["clock_started_epoch_s"]
    later_s = now_s - started_s + 12
    for one, voice, at_s in ((bob, "rms", later_s), (ada, "slt", later_s + 8)):
        speech = [{"at_s": at_s, "say": LINE, "voice": voice}]
        await world.control.speak(code, one["id"], speech)
    lines = [one for one in await said(world, code) if one["start_epoch_s"] > now_s]
    assert [one["name"] for one in lines] == ["Bob", "Ada"]
    for line in lines:
        assert_named(world, line, BY_CAPTION)
    # what was said before has no name rather than a wrong one
    for line in before:
        assert set(heard(world, line)) <= {None, line["name"], "Bob"}
        assert not heard(world, line).get("Bob"), heard(world, line)
    assert [e["on"] for e in await world.control.events(code) if e["event"] == "captions"] == [True]
    await world.control.order(code, "end")
    assert await bot.ended(REACHED_S) == 0


async def test_whoever_talk_at_once_are_nobody_and_a_late_name_is_applied(world: World) -> None:
    code = "2000000001"
    await world.control.create_meeting(code, platform="teams", roster_delay_s=30, flicker_share=0)
    await world.add(code, "Ada", 0.5, 11.5)
    await world.add(code, "Bob", 6.0, 11.5)
    bot = await world.send(code)
    await world.manager.wait_for("active", REACHED_S)
    await world.control.wait_for_event(code, "connection", state="connected")
    await world.control.start_clock(code)
    lines = await said(world, code)
    await wait_until(
        lambda: {"Ada", "Bob"} <= {stream.name for stream in world.speech.streams.values()},
        within_s=60,
        what="names that came late",
    )
    for name in ("Ada", "Bob"):
        alone, together = of(lines, name)
        assert_named(world, alone, BY_SOURCE)
        assert heard(world, together)[None] > SPOKEN, heard(world, together)
    # who leaves by the user's wish is gone at once, and what was just said is not lost
    before = max(one["end_epoch_s"] for one in lines)
    ada = next(
        one for one in (await world.control.meeting(code))["participants"] if one["name"] == "Ada"
    )
    await world.control.speak(code, ada["id"], [{"at_s": 0, "say": LINE, "voice": "slt"}])

    async def last_line() -> Any:
        return [one for one in await world.control.truth(code) if one["end_epoch_s"] > before]

    last = (await wait_until(last_line, within_s=60, what="the last line"))[0]
    world.manager.leave.set()
    await world.control.wait_for_event(code, "left", within_s=10)
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    assert heard(world, last)["Ada"] > SPOKEN, heard(world, last)


async def test_the_lobby_is_waited_in_and_a_removal_is_a_removal(world: World) -> None:
    code = "3000000001"
    await world.control.create_meeting(code, platform="teams", access="ask", locale="de")
    ada = await world.add(code, "Ada")
    await world.add(code, "Recorder", hidden=True)
    bot = await world.send(code)
    await world.manager.wait_for("awaiting_admission", REACHED_S)
    assert world.manager.statuses == ["joining", "awaiting_admission"]
    await world.control.order(code, "admit")
    await world.manager.wait_for("active", REACHED_S)
    # what anyone writes is no end; neither is a screen that is shared
    fake = {"participant": ada["id"], "text": "You've been removed from this meeting"}
    await world.control.order(code, "chat", **fake)
    await world.control.order(code, "effect", effect="share", details={"duration_s": 2})
    await wait_until(
        lambda: bool(world.manager.heartbeats) and world.manager.heartbeats[-1].participants == 1,
        within_s=60,
        what="one person",
    )
    assert "completed" not in world.manager.statuses
    await world.control.order(code, "remove")
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.end.outcome is Outcome.REMOVED
    assert world.speech.streams == {}


async def test_a_rejection_is_a_rejection(world: World) -> None:
    code = "4000000001"
    await world.control.create_meeting(code, platform="teams", access="ask")
    bot = await world.send(code)
    await world.manager.wait_for("awaiting_admission", REACHED_S)
    await world.control.order(code, "deny")
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.statuses == ["joining", "awaiting_admission", "failed"]
    assert world.manager.end.outcome is Outcome.DENIED


@pytest.mark.parametrize(
    ("code", "started", "outcome"),
    [
        ("5000000001", True, Outcome.KNOCK_TIMED_OUT),
        ("5000000002", False, Outcome.NOT_STARTED),
    ],
)
async def test_a_wait_in_vain_says_what_was_waited_for(
    world: World, code: str, started: bool, outcome: Outcome
) -> None:
    await world.control.create_meeting(code, platform="teams", access="ask", started=started)
    bot = await world.send(code, automatic_leave={"max_wait_for_admission": 1_500})
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.statuses == ["joining", "awaiting_admission", "failed"]
    assert world.manager.end.outcome is outcome


@pytest.mark.parametrize(
    ("code", "options", "outcome"),
    [
        ("6000000001", {"page": "sign_in"}, Outcome.SIGN_IN_REQUIRED),
        ("6000000002", {"page": "sign_in", "sign_in_by": "redirect"}, Outcome.SIGN_IN_REQUIRED),
        ("6000000003", {"page": "not_found"}, Outcome.NOT_FOUND),
    ],
)
async def test_what_keeps_guests_out_is_said(
    world: World, code: str, options: dict[str, Any], outcome: Outcome
) -> None:
    await world.control.create_meeting(code, platform="teams", **options)
    bot = await world.send(code)
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.end.outcome is outcome


async def test_a_captcha_calls_for_help_and_the_knock_goes_on_when_it_is_solved(
    world: World,
) -> None:
    code = "8000000001"
    await world.control.create_meeting(code, platform="teams", captcha=True, access="ask")
    bot = await world.send(code, help_wait_s=600)
    await world.manager.wait_for("needs_help", REACHED_S)
    needed = world.manager.reports[-1].help
    assert needed is not None
    assert needed.what is Outcome.CAPTCHA
    events = [entry["event"] for entry in await world.control.events(code)]
    assert not {"knocked", "joined"} & set(events)
    await world.control.order(code, "effect", effect="captcha_solved")
    await world.manager.wait_for("awaiting_admission", REACHED_S)
    await world.control.order(code, "admit")
    await world.manager.wait_for("active", REACHED_S)
    await world.control.order(code, "end")
    assert await bot.ended(REACHED_S) == 0
    way = ["joining", "needs_help", "awaiting_admission", "active", "completed"]
    assert world.manager.statuses == way
    knocks = [e for e in await world.control.events(code) if e["event"] == "knocked"]
    assert len(knocks) == 1


async def test_an_account_joins_where_guests_may_not_and_is_kept_fresh(world: World) -> None:
    code = "7000000001"
    options = {"guests": False, "session": "s3cret", "access": "ask"}
    await world.control.create_meeting(code, platform="teams", **options)
    await world.add(code, "Ada")
    bot = await world.send(code, account=microsoft_account("s3cret"))
    await world.manager.wait_for("awaiting_admission", REACHED_S)
    await world.control.order(code, "admit")
    await world.manager.wait_for("active", REACHED_S)
    knocked = await world.control.wait_for_event(code, "knocked")
    assert knocked["name"] == "Notetaker Account"
    await wait_until(
        lambda: bool(world.manager.heartbeats) and world.manager.heartbeats[-1].participants == 1,
        within_s=60,
        what="one person, the bot not counted",
    )
    await world.control.order(code, "end")
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    left = json.loads((bot.folder / ACCOUNT_FILE).read_text())["cookies"]
    values = {cookie["name"]: cookie["value"] for cookie in left}
    assert values["ESTSAUTHPERSISTENT"] == "s3cret"
    assert values["ESTSAUTH"] != "old"
    assert "s3cret" not in bot.log.read_text()


@pytest.mark.parametrize(
    ("code", "guests", "session"),
    [
        # a session that has ended is asked for at the sign-in host, whoever may join
        ("7000000002", True, "another"),
        # one that Teams knows nothing of: a guest's page, and a form where there are none
        ("7000000003", True, None),
        ("7000000004", False, None),
    ],
)
async def test_an_account_that_is_signed_out_joins_nothing(
    world: World, code: str, guests: bool, session: str | None
) -> None:
    await world.control.create_meeting(code, platform="teams", guests=guests, session=session)
    bot = await world.send(code, account=microsoft_account("s3cret"))
    assert await bot.ended(REACHED_S) == 0
    assert world.manager.statuses == ["joining", "failed"]
    assert world.manager.end.outcome is Outcome.ACCOUNT_SIGNED_OUT
    events = [entry["event"] for entry in await world.control.events(code)]
    assert not {"join_pressed", "joined", "knocked"} & set(events)
    assert not (bot.folder / ACCOUNT_FILE).exists()
