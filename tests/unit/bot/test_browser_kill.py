"""A browser that does not end by itself is ended, frozen or not, and nobody else's is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vexa.bot.browser_kill import kill_browser


class Processes:
    """Processes that run for long."""

    def __init__(self) -> None:
        self.all: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one with these words on its command line."""
        sleep = "import time; print(flush=True); time.sleep(300)"
        command = [sys.executable, "-c", sleep, *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.all.append(process)
        # /proc has the command line of a process that runs, and not yet of one that is being made
        assert process.stdout is not None
        process.stdout.readline()
        return process


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    for process in started.all:
        process.kill()
        process.communicate()


def test_a_frozen_browser_and_its_children_are_ended(processes: Processes, tmp_path: Path) -> None:
    profile = tmp_path / "a folder" / "profile"
    browser = processes.start(f"--user-data-dir={profile}", "--lang=en-US")
    # as Chromium's children write their command line
    child = processes.start(f"--type=renderer --user-data-dir={profile} --lang=en-US")
    os.kill(browser.pid, signal.SIGSTOP)
    assert kill_browser(profile) == 2
    assert {browser.wait(), child.wait()} == {-signal.SIGKILL}
    assert kill_browser(profile) == 0


def test_another_bots_browser_goes_on(processes: Processes, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    other = processes.start(f"--user-data-dir={profile}-2")
    named = processes.start(str(profile))
    assert kill_browser(profile) == 0
    assert (other.poll(), named.poll()) == (None, None)
