"""Bots run under an account of their own when `BOT_USER` names one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.bot_manager import runs
from tests.support.wait_until import wait_until
from vexa.bot_manager.orchestrators.base import OrchestratorConfig
from vexa.bot_manager.orchestrators.process import ProcessOrchestrator
from vexa.bot_manager.work_dirs import WorkDirs
from vexa.contracts.bot import BotLaunch
from vexa.contracts.errors import ConfigurationError

CONNECTION_ID = "0123456789abcdef" * 2
#: Writes who it is, and whether it may look at the folders beside its own.
WHO_AM_I = "id -u > who; ls .. > /dev/null 2>&1 && echo open > beside; : > ready; exec sleep 300"

#: Starts a bot that writes its own process status into its log, ends it, and prints that log.
START_ONE = """
import asyncio, os, sys
from pathlib import Path
from tests.integration.test_bot_account import _launch
from vexa.bot_manager.orchestrators.base import OrchestratorConfig
from vexa.bot_manager.orchestrators.process import ProcessOrchestrator
from vexa.bot_manager.work_dirs import WorkDirs

async def main(folder, user):
    dirs = WorkDirs(folder / "bots", user)
    work_dir = await dirs.make("0123456789abcdef" * 2)
    command = ("/bin/sh", "-c", "cat /proc/self/status; exec sleep 300")
    config = OrchestratorConfig(command, folder / "logs", {"PATH": os.defpath}, user)
    orchestrator = ProcessOrchestrator(config)
    handle = await orchestrator.start(_launch(work_dir), "bot")
    log = folder / "logs" / "bot.log"
    while "NoNewPrivs" not in log.read_text():
        await asyncio.sleep(0.05)
    await orchestrator.stop(handle, grace_s=5)
    await orchestrator.aclose()
    await dirs.remove(handle.connection_id)
    print(log.read_text())

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def _account() -> pwd.struct_passwd:
    """Another account where this test may use one, else its own."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="vexa-account-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def test_bot_runs_as_its_account_in_a_folder_of_its_own(folder: Path) -> None:
    account = _account()
    work_dirs = WorkDirs(folder / "bots", account.pw_name)
    work_dir = await work_dirs.make(CONNECTION_ID)
    config = OrchestratorConfig(
        command=("/bin/sh", "-c", WHO_AM_I),
        logs_dir=folder / "logs",
        environment={"PATH": os.defpath},
        user=account.pw_name,
    )
    orchestrator = ProcessOrchestrator(config)
    handle = await orchestrator.start(_launch(work_dir), "vexa-bot-1-01234567")
    await wait_until(_exists(work_dir, "ready"), what="bot")
    assert _read(work_dir, "who") == [str(account.pw_uid)]
    if os.geteuid() == 0:
        assert _read(work_dir, "beside") == []
    assert os.stat(work_dir).st_mode & 0o077 == 0
    await orchestrator.stop(handle, grace_s=1)
    assert not runs(handle.pid)
    await orchestrator.aclose()
    await work_dirs.remove(handle.connection_id)
    assert not _exists(work_dir, ".")()


def test_bot_has_no_capability_of_a_manager_that_is_not_root(folder: Path) -> None:
    """As in the image: the manager is no root, but may change accounts."""
    account = _account()
    command = [sys.executable, "-c", START_ONE, str(folder), account.pw_name]
    if os.geteuid() == 0:
        manager = pwd.getpwnam("daemon")
        os.chown(folder, manager.pw_uid, manager.pw_gid)
        held = "-all,+chown,+dac_override,+kill,+setgid,+setuid"
        command = [
            *("setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups"),
            *(f"--inh-caps={held}", f"--ambient-caps={held}", "--"),
            *command,
        ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    status = dict(line.split(":\t") for line in result.stdout.splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] == str(account.pw_uid)
    for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[kind], 16) == 0 or os.geteuid() != 0
    assert (status["NoNewPrivs"] == "1") == (os.geteuid() == 0)
    assert not (folder / "bots" / CONNECTION_ID).exists()


async def test_left_folders_are_removed(folder: Path) -> None:
    work_dirs = WorkDirs(folder, None)
    for name in (CONNECTION_ID, "f" * 32):
        await work_dirs.make(name)
    (folder / "not-a-bot").mkdir()
    await work_dirs.remove_others({CONNECTION_ID})
    assert set(os.listdir(folder)) == {CONNECTION_ID, "not-a-bot"}


def test_unknown_account_is_told_at_start(folder: Path) -> None:
    config = OrchestratorConfig(("true",), folder, user="no-such-account")
    with pytest.raises(ConfigurationError, match="BOT_USER"):
        ProcessOrchestrator(config)


def _exists(work_dir: Path, name: str) -> Callable[[], bool]:
    return (work_dir / name).exists


def _read(work_dir: Path, name: str) -> list[str]:
    path = work_dir / name
    return path.read_text().split() if path.exists() else []


def _launch(work_dir: Path) -> BotLaunch:
    return BotLaunch(
        meeting_id=1,
        connection_id=CONNECTION_ID,
        correlation_id="c",
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        meeting_url="https://meet.google.com/abc-defg-hij",
        bot_name="normal",
        token="t",
        manager_url="",
        whisperlive_url="ws://127.0.0.1:1",
        work_dir=str(work_dir),
    )
