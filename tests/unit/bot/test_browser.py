"""The command line of the bot's browser: production and the simulated meeting side by side."""

from __future__ import annotations

import os

import pytest

from vexa.bot import browser
from vexa.bot.browser import arguments, left_out
from vexa.contracts.bot import BrowserAccess

MEET_HERE = "MAP meet.google.com 127.0.0.1:4443"
RULES = "--host-resolver-rules="


def rules_of(line: list[str]) -> list[str]:
    """The host rules of a command line, in order."""
    (found,) = (flag for flag in line if flag.startswith(RULES))
    return found.removeprefix(RULES).split(", ")


def test_the_simulated_meeting_differs_in_hosts_authority_and_loopback_alone() -> None:
    production = arguments(BrowserAccess(), small_shm=False)
    simulated = arguments(
        BrowserAccess(host_rules=MEET_HERE, ca_file="/ca.pem", loopback_media=True), small_shm=False
    )
    assert set(simulated) - set(production) == {
        f"{RULES}{MEET_HERE}, {', '.join(rules_of(production))}",
        "--allow-loopback-in-peer-connection",
    }
    assert {
        flag for flag in set(production) - set(simulated) if not flag.startswith(RULES)
    } == set()


def test_no_page_reaches_this_machine_or_private_networks() -> None:
    rules = rules_of(arguments(BrowserAccess(), small_shm=False))
    for host in ("localhost", "127.*", "10.*", "172.16.*", "172.31.*", "192.168.*", "[::*", "[fd*"):
        assert f"MAP {host} ~NOTFOUND" in rules
    assert all(rule.endswith(" ~NOTFOUND") for rule in rules)


def test_what_an_operator_opens_comes_first() -> None:
    access = BrowserAccess(host_rules="EXCLUDE 10.1.2.3")
    assert rules_of(arguments(access, small_shm=False))[0] == "EXCLUDE 10.1.2.3"


def test_nothing_that_marks_a_bot_or_weakens_the_browser() -> None:
    line = " ".join(arguments(BrowserAccess(), small_shm=True))
    for flag in ("--disable-web-security", "--ignore-certificate-errors", "--user-agent", "--mute"):
        assert flag not in line
    assert "--enable-automation" in left_out(small_shm=True)


def test_files_take_the_place_of_shared_memory_only_where_it_is_small() -> None:
    flag = "--disable-dev-shm-usage"
    assert flag in arguments(BrowserAccess(), small_shm=True)
    assert flag not in left_out(small_shm=True)
    assert flag not in arguments(BrowserAccess(), small_shm=False)
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
