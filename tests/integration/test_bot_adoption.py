"""bot-manager is killed and comes back: its bots go on, and no meeting stays open without one."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.bot_manager import BotManager, bot_manager, runs
from tests.support.processes import port_open
from tests.support.wait_until import wait_until


@pytest.fixture
async def manager(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[BotManager]:
    async with bot_manager(tmp_path, database_url, redis_url) as running:
        yield running


async def test_living_bots_are_adopted_and_dead_ones_closed(manager: BotManager) -> None:
    alive = await manager.send_ok("normal")
    dead = await manager.send_ok("normal", "aaa-bbbb-ccc")
    for meeting in (alive, dead):
        await manager.row_with(meeting["id"], "active")
    alive_pids = await manager.bot_pids(alive["id"])
    dead_pids = await manager.bot_pids(dead["id"])
    manager.kill()
    os.kill(dead_pids[0], signal.SIGKILL)
    manager.start()

    row = await manager.row_with(dead["id"], "failed", within_s=5)
    assert row.data["outcome"] == "bot_crashed"
    await manager.all_gone(dead_pids)
    log = manager.home / "logs" / "bots" / f"{row.bot_container_id}.log"

    async def evidence() -> Any:
        return (await manager.row(dead["id"])).data.get("evidence")

    kept = await wait_until(evidence, what="evidence of the dead bot")
    assert kept == [str(log), str(log.with_name(f"{log.stem}-end.log"))]
    assert not (manager.home / "bots" / row.connection_id).exists()
    assert all(runs(pid) for pid in alive_pids)
    assert (await manager.row(alive["id"])).status == "active"
    assert (await manager.client.get("/bots/status")).json()["count"] == 1

    # an adopted bot is no child: its end must be seen all the same
    os.kill(alive_pids[0], signal.SIGKILL)
    row = await manager.row_with(alive["id"], "failed", within_s=4)
    assert row.data["outcome"] == "bot_crashed"
    await manager.all_gone(alive_pids)


async def test_adopted_bot_still_takes_orders(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    await manager.row_with(meeting["id"], "active")
    manager.kill()
    manager.start()
    await manager.stop_bot()
    row = await manager.row_with(meeting["id"], "completed")
    assert row.data["outcome"] == "stopped_by_user"


async def test_sigterm_lets_the_bots_go_on(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    await manager.row_with(meeting["id"], "active")
    pids = await manager.bot_pids(meeting["id"])
    assert manager.process is not None
    manager.process.process.terminate()
    assert manager.process.process.wait(15) in {0, -signal.SIGTERM}
    assert all(runs(pid) for pid in pids)
    manager.start()
    assert (await manager.row(meeting["id"])).status == "active"


async def test_second_manager_on_the_host_is_refused(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    async with bot_manager(tmp_path, sqlite_url, redis_url):
        other = BotManager(tmp_path, sqlite_url, redis_url)
        process = other.spawn().process
        await wait_until(lambda: process.poll() is not None, within_s=30, what="refusal")
        assert process.returncode != 0
        assert not port_open(other.port)
        assert "another bot-manager" in _log_of(other)
        await other.aclose()


def _log_of(manager: BotManager) -> str:
    assert manager.process is not None
    return manager.process.log.read_text()
