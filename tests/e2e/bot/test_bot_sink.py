"""Simulated: sound that no hook of the page sees reaches a bot by a sound server of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot.conftest import World
from tests.support.bot_process import CODE
from tests.support.recording_speech import Heard
from tests.support.wait_until import wait_until
from vexa.bot.browser import open_browser
from vexa.bot.sound_sink import open_sink
from vexa.contracts.bot import BotLaunch, Hears
from vexa.contracts.meeting import Outcome

LINE = "The quick brown fox jumps over the lazy dog and runs away from the hunter."
#: Who says the line when, seconds.
TIMES = {"Ada": [0.5, 17.0, 33.0], "Bob": [8.5, 25.0]}
#: Loud time of a line that was heard, of its length, at least; of all lines together, at most.
SPOKEN, DOUBLED = 0.4, 1.3
#: Silence after each line, in which a busy machine may still play it, seconds.
PAUSE_S = 2.5
URL = "https://meet.google.com/"
DEVICES = """navigator.mediaDevices.enumerateDevices()
  .then((found) => found.map((one) => `${one.kind} ${one.label}`))"""
MICROPHONE = """navigator.mediaDevices.getUserMedia({ audio: true })
  .then((stream) => stream.getAudioTracks()[0].label, (error) => error.name)"""
#: Time in which a state is reached on a machine with other work, seconds.
REACH_S = 180


async def talk(world: World, **options: Any) -> None:
    """Make a meeting in which two people talk in turns once its clock runs."""
    await world.control.create_meeting(CODE, **options)
    for name, times in TIMES.items():
        await world.add(CODE, name, *times, say=LINE)


def loud(streams: list[Heard], line: dict[str, Any]) -> float:
    """Loud time from a line's beginning to the pause after it, of the line's."""
    begin_s, end_s = line["start_epoch_s"], line["end_epoch_s"]
    share = sum(stream.loud_share(begin_s, end_s + PAUSE_S) for stream in streams)
    return float(share * (end_s + PAUSE_S - begin_s) / (end_s - begin_s))


def sound_servers(folder: Path) -> list[int]:
    """Processes of PulseAudio that a bot of this folder started."""
    mark = f"file={folder}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if mark in line:
            found.append(int(entry.name))
    return found


async def test_what_no_hook_sees_is_heard_by_the_sink_from_the_first_word(world: World) -> None:
    await talk(world, unhooked=True)
    bot = await world.send(sound_sink=True)
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.wait_for_event(CODE, "sound", within_s=REACH_S)
    assert len(sound_servers(bot.folder)) == 1
    await world.control.start_clock(CODE)
    truth = await world.all_said(CODE, within_s=REACH_S)
    beats = world.manager.heartbeats
    await wait_until(lambda: beats[-1].hears is Hears.SINK, within_s=REACH_S, what="the sink")
    await world.control.order(CODE, "end")
    assert await bot.ended(within_s=REACH_S) == 0, bot.tail()
    streams = list(world.speech.streams.values())
    assert {stream.name for stream in streams} == {None}
    for line in truth:
        assert loud(streams, line) > SPOKEN, line
    assert sum(loud(streams, line) for line in truth) < DOUBLED * len(truth)
    assert [entry["what"] for entry in bot.events("hears_by")][-1] == "sink"
    assert sound_servers(bot.folder) == []
    assert not (bot.folder / "sound").exists()


async def test_without_the_sink_the_bot_says_that_it_hears_nothing(world: World) -> None:
    await talk(world, unhooked=True)
    bot = await world.send()
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.start_clock(CODE)
    await world.all_said(CODE, within_s=REACH_S)
    beats = world.manager.heartbeats
    await wait_until(lambda: beats[-1].hears is Hears.NOTHING, within_s=REACH_S, what="no sound")
    assert sound_servers(bot.folder) == []
    assert world.speech.streams == {}


async def test_where_tracks_bring_the_sound_the_sink_adds_nothing(world: World) -> None:
    await talk(world)
    bot = await world.send(sound_sink=True)
    await world.manager.wait_for("active", within_s=REACH_S)
    await world.control.start_clock(CODE)
    truth = await world.all_said(CODE, within_s=REACH_S)
    beats = world.manager.heartbeats
    await wait_until(lambda: beats[-1].hears is Hears.PAGE, within_s=REACH_S, what="the page")
    await world.control.order(CODE, "end")
    assert await bot.ended(within_s=REACH_S) == 0, bot.tail()
    streams = list(world.speech.streams.values())
    assert {stream.name for stream in streams} == set(TIMES)
    for line in truth:
        assert loud(world.speech.named(line["name"]), line) > SPOKEN, line
    assert sum(loud(streams, line) for line in truth) < DOUBLED * len(truth)


async def test_a_killed_bot_leaves_no_sound_server(world: World) -> None:
    await talk(world)
    bot = await world.send(sound_sink=True)
    await world.manager.wait_for("active", within_s=REACH_S)
    (server,) = sound_servers(bot.folder)
    assert os.getpgid(server) == bot.pid
    bot.signal(signal.SIGKILL)
    await wait_until(lambda: not sound_servers(bot.folder), within_s=20, what="no sound server")


async def test_a_bot_whose_sound_server_dies_says_so_and_stays_in_no_meeting_deaf(
    world: World,
) -> None:
    await talk(world)
    bot = await world.send(sound_sink=True)
    await world.manager.wait_for("active", within_s=REACH_S)
    (server,) = sound_servers(bot.folder)
    os.kill(server, signal.SIGKILL)
    assert await bot.ended(within_s=REACH_S) == 0, bot.tail()
    assert bot.events("sound_sink_gone")
    assert world.manager.end.outcome is Outcome.BROWSER_FAILED
    assert world.manager.end.reason == "sound server: ended"


async def test_a_page_sees_speakers_and_no_microphone(
    tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    launch = BotLaunch.model_validate(
        {
            **dict.fromkeys(("connection_id", "correlation_id", "native_meeting_id"), "x"),
            **dict.fromkeys(("bot_name", "token", "manager_url", "whisperlive_url"), "x"),
            **{"meeting_id": 1, "platform": "google_meet", "meeting_url": URL},
            "work_dir": str(tmp_path),
        }
    )
    async with (
        open_sink(tmp_path, lambda _: None, lambda: None) as address,
        open_browser(launch, sound_server=address) as context,
    ):
        page = context.pages[0]
        await page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        await page.goto(URL)
        seen = await page.evaluate(DEVICES)
        asked = await page.evaluate(MICROPHONE)
    assert seen == ["audiooutput Default", "audiooutput Speakers"]
    assert asked == "NotFoundError"
