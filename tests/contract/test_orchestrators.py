"""What every orchestrator must do, with a stub bot that speaks to nobody."""

from __future__ import annotations

import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.bot_manager import PYTHON_PATH, STUB, environment_of, runs
from tests.support.wait_until import wait_until
from vexa.bot_manager.orchestrators.base import BotHandle, Orchestrator, OrchestratorConfig
from vexa.bot_manager.orchestrators.registry import ORCHESTRATORS
from vexa.contracts.bot import BotLaunch
from vexa.contracts.errors import BotStartFailed, ConfigurationError


def _config(folder: Path, *command: str) -> OrchestratorConfig:
    return OrchestratorConfig(
        command=command or (sys.executable, str(STUB)),
        logs_dir=folder / "logs",
        environment={"PATH": os.defpath, "PYTHONPATH": PYTHON_PATH},
    )


def _launch(folder: Path, kind: str) -> BotLaunch:
    connection_id = uuid.uuid4().hex
    work_dir = folder / connection_id
    work_dir.mkdir()
    return BotLaunch(
        meeting_id=7,
        connection_id=connection_id,
        correlation_id="c",
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        meeting_url="https://meet.google.com/abc-defg-hij",
        bot_name=kind,
        token="t0ken-of-this-bot",
        manager_url="",
        whisperlive_url="ws://127.0.0.1:1",
        work_dir=str(work_dir),
    )


@pytest.fixture(params=ORCHESTRATORS.names)
def make(request: pytest.FixtureRequest) -> Callable[[OrchestratorConfig], Orchestrator]:
    return ORCHESTRATORS.load(request.param)


@pytest.fixture
async def orchestrator(
    make: Callable[[OrchestratorConfig], Orchestrator], tmp_path: Path
) -> AsyncIterator[Orchestrator]:
    made = make(_config(tmp_path))
    yield made
    await made.aclose()


def _numbers(listing: Path) -> list[int]:
    return [int(number) for number in listing.read_text().split()]


def _arguments(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


async def _started(
    orchestrator: Orchestrator, folder: Path, kind: str
) -> tuple[BotHandle, list[int]]:
    launch = _launch(folder, kind)
    handle = await orchestrator.start(launch, f"vexa-bot-7-{launch.connection_id[:8]}")
    listing = Path(launch.work_dir, "children.pids")
    await wait_until(listing.exists, what="children of the stub bot")
    return handle, [handle.pid, *_numbers(listing)]


async def test_start_gives_a_process_of_its_own_with_a_log(
    orchestrator: Orchestrator, tmp_path: Path
) -> None:
    handle, pids = await _started(orchestrator, tmp_path, "normal")
    assert os.getsid(handle.pid) == handle.pid
    arguments = _arguments(handle.pid)
    assert "t0ken" not in arguments
    assert "t0ken" not in str(environment_of(handle.pid))
    await orchestrator.stop(handle, grace_s=5)
    assert not any(runs(pid) for pid in pids)
    assert (tmp_path / "logs" / f"{handle.name}.log").stat().st_mode & 0o077 == 0


async def test_stop_ends_a_bot_that_ignores_it_and_everything_it_started(
    orchestrator: Orchestrator, tmp_path: Path
) -> None:
    handle, pids = await _started(orchestrator, tmp_path, "deaf")
    await orchestrator.stop(handle, grace_s=0.2)
    assert not any(runs(pid) for pid in pids)


async def test_stop_twice_is_safe(orchestrator: Orchestrator, tmp_path: Path) -> None:
    handle, _ = await _started(orchestrator, tmp_path, "normal")
    await orchestrator.stop(handle, grace_s=2)
    await orchestrator.stop(handle, grace_s=2)
    assert await orchestrator.wait(handle) in {None, -signal.SIGTERM}


async def test_crash_is_seen_with_its_exit_code_and_sweep_clears_up(
    orchestrator: Orchestrator, tmp_path: Path
) -> None:
    handle, pids = await _started(orchestrator, tmp_path, "crash")
    assert await orchestrator.wait(handle) == 3
    assert await orchestrator.sweep(handle) == 2
    assert not any(runs(pid) for pid in pids)
    assert await orchestrator.sweep(handle) == 0


async def test_signal_is_seen(orchestrator: Orchestrator, tmp_path: Path) -> None:
    handle, _ = await _started(orchestrator, tmp_path, "normal")
    os.kill(handle.pid, signal.SIGKILL)
    assert await orchestrator.wait(handle) == -signal.SIGKILL
    await orchestrator.sweep(handle)


async def test_another_one_adopts_a_living_bot_and_sees_its_end(
    make: Callable[[OrchestratorConfig], Orchestrator], tmp_path: Path
) -> None:
    first = make(_config(tmp_path))
    handle, pids = await _started(first, tmp_path, "normal")
    await first.aclose()
    assert runs(handle.pid)
    second = make(_config(tmp_path))
    assert await second.adopt(handle)
    await second.stop(handle, grace_s=2)
    assert not any(runs(pid) for pid in pids)
    assert not await second.adopt(handle)
    await second.aclose()


async def test_a_later_process_with_the_same_id_is_not_the_bot(
    orchestrator: Orchestrator,
) -> None:
    me = os.getpid()
    handle = BotHandle("vexa-bot-7-0", uuid.uuid4().hex, me, started_ticks=1)
    assert not await orchestrator.adopt(handle)
    await orchestrator.stop(handle, grace_s=0.1)
    assert runs(me)


async def test_bot_without_a_handle_is_found_by_its_mark(
    make: Callable[[OrchestratorConfig], Orchestrator], tmp_path: Path
) -> None:
    first = make(_config(tmp_path))
    handle, pids = await _started(first, tmp_path, "normal")
    await first.aclose()
    second = make(_config(tmp_path))
    assert await second.sweep_unknown(handle.connection_id) == 3
    assert not any(runs(pid) for pid in pids)
    await second.aclose()


async def test_other_bots_are_left_alone(orchestrator: Orchestrator, tmp_path: Path) -> None:
    one, _ = await _started(orchestrator, tmp_path, "normal")
    other, other_pids = await _started(orchestrator, tmp_path, "normal")
    await orchestrator.stop(one, grace_s=0)
    assert all(runs(pid) for pid in other_pids)
    await orchestrator.stop(other, grace_s=0)


async def test_command_that_cannot_run_is_told(
    make: Callable[[OrchestratorConfig], Orchestrator], tmp_path: Path
) -> None:
    broken = make(_config(tmp_path, "/nonexistent/bot"))
    with pytest.raises(BotStartFailed):
        await broken.start(_launch(tmp_path, "normal"), "vexa-bot-7-0")
    await broken.aclose()


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"unknown ORCHESTRATOR 'moon'.*process"):
        ORCHESTRATORS.load("moon")
