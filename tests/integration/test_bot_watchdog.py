"""Bots that do not end by themselves, with short patience."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.bot_manager import BotManager, bot_manager
from tests.support.wait_until import wait_until

IMPATIENT = {"BOT_STOP_DELAY": "0.5", "BOT_KILL_GRACE_S": "0.3", "BOT_HEARTBEAT_TIMEOUT_S": "1.5"}


@pytest.fixture
async def manager(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[BotManager]:
    async with bot_manager(tmp_path, database_url, redis_url, **IMPATIENT) as running:
        yield running


async def test_hung_bot_is_ended_and_called_hung(manager: BotManager) -> None:
    meeting = await manager.send_ok("hang")
    await manager.row_with(meeting["id"], "active")
    pids = await manager.bot_pids(meeting["id"])
    row = await manager.row_with(meeting["id"], "failed")
    assert row.data["outcome"] == "bot_hung"
    await manager.all_gone(pids)


async def test_bot_that_ignores_its_user_is_ended_as_stopped(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    patient = {**IMPATIENT, "BOT_HEARTBEAT_TIMEOUT_S": "30"}
    async with bot_manager(tmp_path, database_url, redis_url, **patient) as manager:
        meeting = await manager.send_ok("deaf")
        await manager.row_with(meeting["id"], "active")
        pids = await manager.bot_pids(meeting["id"])
        await manager.stop_bot()
        row = await manager.row_with(meeting["id"], "completed", "failed")
        assert (row.status, row.data["outcome"]) == ("completed", "stopped_by_user")
        await manager.all_gone(pids)


async def test_command_that_cannot_run_fails_the_meeting(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    async with bot_manager(
        tmp_path, database_url, redis_url, BOT_COMMAND="/nonexistent/bot"
    ) as manager:
        meeting = await manager.send_ok("normal")
        row = await manager.row_with(meeting["id"], "failed")
        assert row.data["outcome"] == "start_failed"
        assert row.data["failure_stage"] == "requested"
        await wait_until(lambda: _none_running(manager), what="no bot listed")


async def _none_running(manager: BotManager) -> bool:
    return bool((await manager.client.get("/bots/status")).json()["count"] == 0)
