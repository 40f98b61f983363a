"""A simulated Meet that takes no click of a browser's own lets in who knocks by a pointer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.bot.conftest import World
from tests.support.bot_process import BotProcess
from tests.support.wait_until import wait_until
from vexa.contracts.meeting import Outcome

CODES = ("ptr-door-one", "ptr-door-two")


def going_to(code: str, connection_id: str = "c0ffee") -> dict[str, str]:
    """The changes to a launch for one of several bots."""
    url = f"https://meet.google.com/{code}?hl=en"
    return {"native_meeting_id": code, "meeting_url": url, "connection_id": connection_id}


def display_servers(bot: BotProcess) -> list[Path]:
    """Processes of X servers that have this bot's cookie."""
    cookie = str(bot.folder / "Xauthority").encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if cookie in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(entry)
        except OSError:
            continue
    return found


async def test_two_bots_knock_at_once_each_with_a_pointer_of_its_own(world: World) -> None:
    for code in CODES:
        await world.control.create_meeting(
            code, access="ask", wants_pointer=True, interstitial=True
        )
    bots = [await world.send(**going_to(code, code)) for code in CODES]
    for code in CODES:
        await world.control.wait_for_event(code, "knocked", within_s=180)
    manager = world.manager
    await wait_until(lambda: manager.statuses.count("awaiting_admission") == 2, within_s=60)
    for code in CODES:
        await world.control.order(code, "admit")
    await wait_until(lambda: manager.statuses.count("active") == 2, within_s=120)
    names = {line["display"] for bot in bots for line in bot.events("own_display")}
    assert len(names) == 2
    for bot, code in zip(bots, CODES, strict=True):
        events = await world.control.events(code)
        (pressed,) = [entry for entry in events if entry["event"] == "join_pressed"]
        assert pressed["pointer"]["of_display"], pressed["pointer"]
        assert pressed["trusted"]
        assert display_servers(bot)
    manager.leave.set()
    for bot in bots:
        assert await bot.ended() == 0
        assert not display_servers(bot)
        assert not (bot.folder / "Xauthority").exists()


@pytest.mark.parametrize("code", ["ptr-tool-not", "ptr-turn-off"])
async def test_a_bot_without_a_pointer_says_so_and_is_told_blocked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    await world.control.create_meeting(code, access="ask", wants_pointer=True)
    is_off = code == "ptr-turn-off"
    if not is_off:
        monkeypatch.setenv("PATH", str(all_programs_but("xdotool", tmp_path / "programs")))
    bot = await world.send(**going_to(code), own_display=not is_off)
    assert await bot.ended(180) == 0
    assert world.manager.end.outcome is Outcome.BLOCKED
    assert world.manager.end.reason == "console: EndCause = 72"
    why = [line["why"] for line in bot.events("no_own_display")]
    assert why == ([] if is_off else ["not installed: xdotool"])
    events = await world.control.events(code)
    (pressed,) = [entry for entry in events if entry["event"] == "join_pressed"]
    assert not pressed["pointer"]["of_display"]


def all_programs_but(name: str, folder: Path) -> Path:
    """A folder with links to every program on the path but one."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).glob("*") if Path(place).is_dir() else ():
            link = folder / program.name
            if program.name != name and not link.is_symlink():
                link.symlink_to(program)
    return folder
