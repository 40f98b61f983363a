"""The command line of the bot's browser: production and the simulated meeting side by side."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from vexa.bot import browser
from vexa.bot.browser import arguments, left_out, open_browser
from vexa.bot.own_display import SCREEN
from vexa.bot.settings import browser_environment, sound_server_environment
from vexa.contracts.bot import BotLaunch, BrowserAccess
from vexa.contracts.errors import JoinError

MEET_HERE = "MAP meet.google.com 127.0.0.1:4443"
RULES = "--host-resolver-rules="


def rules_of(line: list[str]) -> list[str]:
    """The host rules of a command line, in order."""
    (found,) = (flag for flag in line if flag.startswith(RULES))
    return found.removeprefix(RULES).split(", ")


def line_of(access: BrowserAccess, *, small_shm: bool = False) -> list[str]:
    """The command line of a browser whose way out is at one port."""
    return arguments(access, small_shm=small_shm, egress_port=5555)


def test_the_simulated_meeting_differs_in_loopback_media_alone() -> None:
    simulated = BrowserAccess(host_rules=MEET_HERE, ca_file="/ca.pem", loopback_media=True)
    assert line_of(simulated) == [
        *line_of(BrowserAccess()),
        "--allow-loopback-in-peer-connection",
    ]


def test_a_window_that_is_alone_on_its_display_fills_it() -> None:
    shared = arguments(BrowserAccess(), small_shm=False, egress_port=5555)
    alone = arguments(BrowserAccess(), small_shm=False, egress_port=5555, alone=True)
    assert [*shared, "--window-position=0,0"] == alone
    width, height = SCREEN
    assert f"--window-size={width},{height}" in alone


def test_every_connection_takes_the_one_way_out() -> None:
    line = line_of(BrowserAccess())
    assert "--proxy-server=http://egress.invalid:5555" in line
    assert "--proxy-bypass-list=<-loopback>" in line
    first, *rules = rules_of(line)
    assert first == "MAP egress.invalid 127.0.0.1"
    for host in ("localhost", "127.*", "10.*", "172.16.*", "172.31.*", "192.168.*", "[::*", "[fd*"):
        assert f"MAP {host} ~NOTFOUND" in rules
    assert all(rule.endswith(" ~NOTFOUND") for rule in rules)


def test_nothing_that_marks_a_bot_or_weakens_the_browser() -> None:
    line = " ".join(line_of(BrowserAccess(), small_shm=True))
    for flag in ("--disable-web-security", "--ignore-certificate-errors", "--user-agent", "--mute"):
        assert flag not in line
    assert "--enable-automation" in left_out(small_shm=True)


def test_files_take_the_place_of_shared_memory_only_where_it_is_small() -> None:
    flag = "--disable-dev-shm-usage"
    assert flag in line_of(BrowserAccess(), small_shm=True)
    assert flag not in left_out(small_shm=True)
    assert flag not in line_of(BrowserAccess())
    assert flag in left_out(small_shm=False)


@pytest.mark.parametrize(
    ("user", "command", "obstacle"),
    [
        (0, ("true",), "root"),
        (1000, ("true",), None),
        (1000, ("false",), "refuses user namespaces"),
        (1000, ("no-such-program-here",), "not installed"),
    ],
)
async def test_sandbox_is_used_wherever_the_host_allows_its_namespaces(
    monkeypatch: pytest.MonkeyPatch, user: int, command: tuple[str, ...], obstacle: str | None
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(browser, "_NAMESPACES", command)
    found = await browser.sandbox_obstacle()
    assert (found is None) if obstacle is None else (obstacle in (found or ""))


def test_temporary_files_stay_in_the_bots_folder_while_a_socket_fits(tmp_path: Path) -> None:
    # as in the image: /var/lib/vexa-bots and a connection id
    assert len("/var/lib/vexa-bots/" + "0" * 32 + "/tmp/" + browser._CHROMIUM_SOCKET) <= 107
    short = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
    try:
        assert browser._short_temporary_folder(short) == short / "tmp"
    finally:
        shutil.rmtree(short)
    deep = tmp_path / ("long" * 20)
    deep.mkdir()
    link = browser._short_temporary_folder(deep)
    try:
        assert link.resolve() == deep / "tmp"
        assert len(str(link / browser._CHROMIUM_SOCKET)) <= 107
    finally:
        link.unlink()


def test_a_bots_own_sound_server_takes_the_place_of_the_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/host")
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setenv("VEXA_BOT_CONNECTION_ID", "c0ffee")
    assert browser_environment(tmp_path, tmp_path)["PULSE_SERVER"] == "unix:/host"
    own = browser_environment(tmp_path, tmp_path, {"PULSE_SERVER": "unix:/own"})
    assert own["PULSE_SERVER"] == "unix:/own"
    server = sound_server_environment(tmp_path)
    assert server["VEXA_BOT_CONNECTION_ID"] == "c0ffee"
    assert not {"PULSE_SERVER", "DISPLAY"} & set(server)


async def test_the_last_switch_for_features_turns_off_what_the_drivers_does_and_more(
    tmp_path: Path,
) -> None:
    # a browser that writes down how it was started, and ends
    script, line, driver = tmp_path / "browser", tmp_path / "line", tmp_path / "driver"
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "{line}"\n'
        f'tr "\\0" "\\n" < /proc/$PPID/environ > "{driver}"\n'
    )
    script.chmod(0o755)
    launch = BotLaunch.model_validate(
        {
            **dict.fromkeys(("connection_id", "correlation_id", "native_meeting_id"), "x"),
            **dict.fromkeys(("bot_name", "token", "manager_url", "whisperlive_url"), "x"),
            "meeting_id": 1,
            "platform": "google_meet",
            "meeting_url": "https://meet.google.com/abc-defg-hij",
            "work_dir": str(tmp_path),
            "chromium_path": str(script),
        }
    )
    with pytest.raises(JoinError):
        async with open_browser(launch):
            raise AssertionError("it opened")
    # a profile that two browsers share lets only one of them start
    assert f"--user-data-dir={tmp_path / 'profile'}" in line.read_text().splitlines()
    switch = "--disable-features="
    given = [one.removeprefix(switch) for one in line.read_text().splitlines() if switch in one]
    drivers, last = (set(one.split(",")) for one in given)
    assert last - drivers == {
        "WebUIOmniboxPopup",
        "WebUIOmniboxAimPopup",
        "SpareRendererForSitePerProcess",
    }
    assert drivers < last
    # what it plays can be heard by a sound server (docs/decisions/0077)
    assert "--mute-audio" not in line.read_text()
    # and the driver, which started it, is a small one
    options = "NODE_OPTIONS=--max-semi-space-size=1"
    assert options in driver.read_text().splitlines()
