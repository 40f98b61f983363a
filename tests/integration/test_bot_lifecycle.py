"""Bots of a real bot-manager process: started, stopped, crashed, hung; nothing is left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.bot_manager import (
    MEETING,
    SECRET,
    BotManager,
    bot_manager,
    environment_of,
    runs,
)
from tests.support.wait_until import wait_until
from vexa.contracts.bot import BotLaunch


@pytest.fixture
async def manager(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[BotManager]:
    async with bot_manager(tmp_path, database_url, redis_url) as running:
        yield running


async def evidence(manager: BotManager, meeting_id: int) -> Any:
    """Wait until a meeting names its evidence; return it."""

    async def told() -> Any:
        return (await manager.row(meeting_id)).data.get("evidence")

    return await wait_until(told, within_s=20, what="evidence")


def paths(manager: BotManager, row: Any, *ends: str) -> list[str]:
    """Where files of a bot are, by what stands behind its name; all are there."""
    found = [manager.home / "logs" / "bots" / f"{row.bot_container_id}{end}" for end in ends]
    assert all(path.is_file() for path in found)
    return [str(path) for path in found]


def text_of(path: str) -> str:
    """What is in a file."""
    return Path(path).read_text()


async def test_stopped_by_its_user(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    assert meeting["status"] == "requested"
    assert meeting["data"]["resolved_timeouts"]["max_wait_for_admission"] == 900_000
    row = await manager.row_with(meeting["id"], "active")
    pids = await manager.bot_pids(meeting["id"])
    assert row.start_time is not None

    listed = (await manager.client.get("/bots/status")).json()
    assert listed["count"] == 1
    assert listed["running"] == listed["running_bots"]
    assert listed["running"][0]["container_id"] == str(pids[0])
    assert listed["running"][0]["normalized_status"] == "Up"

    stop = await manager.stop_bot()
    assert stop.status_code == 202
    assert stop.json()["message"] == "Stop request accepted and is being processed."
    row = await manager.row_with(meeting["id"], "completed")
    assert row.data["outcome"] == "stopped_by_user"
    assert row.data["completion_reason"] == "stopped"
    assert [entry["to"] for entry in row.data["status_transition"]] == [
        *("joining", "awaiting_admission", "active", "stopping", "completed")
    ]
    assert row.data["status_transition"][3]["source"] == "user"
    await manager.all_gone(pids)
    await wait_until(lambda: not list((manager.home / "bots").iterdir()), what="work dir removed")
    logs = manager.home / "logs" / "bots"
    # who stops a bot knows why it ended
    assert os.listdir(logs) == [f"{row.bot_container_id}.log"]
    assert "evidence" not in (await manager.row(meeting["id"])).data
    again = await manager.stop_bot()
    assert again.json()["message"] == "Meeting already completed."
    assert (await manager.client.get("/bots/status")).json()["count"] == 0


async def test_bot_sees_nothing_of_the_servers_environment(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    await manager.row_with(meeting["id"], "active")
    seen = environment_of((await manager.bot_pids(meeting["id"]))[0])
    row = await manager.row(meeting["id"])
    allowed = {
        *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "DISPLAY", "XAUTHORITY"),
        *("HOME", "XDG_RUNTIME_DIR", "PULSE_SERVER", "PLAYWRIGHT_BROWSERS_PATH"),
        *("VEXA_BOT_CONNECTION_ID", "VEXA_BOT_SEEN", "FONTCONFIG_FILE"),
    }
    assert set(seen) <= allowed
    assert seen["VEXA_BOT_SEEN"] == "yes"
    assert seen["HOME"] == str(manager.home / "bots" / row.connection_id)
    assert SECRET not in str(seen)


async def test_crash_is_seen_and_leaves_nothing(manager: BotManager) -> None:
    meeting = await manager.send_ok("crash")
    row = await manager.row_with(meeting["id"], "failed")
    assert row.data["outcome"] == "bot_crashed"
    assert row.data["completion_reason"] == "bot_lost"
    assert row.data["failure_stage"] == "active"
    assert row.data["last_error"]["exit_code"] == 3
    assert await evidence(manager, meeting["id"]) == paths(
        manager, row, ".log", "-end.log", "-last.png"
    )
    await manager.send_ok("normal")


async def test_killed_bot_is_seen_and_its_children_are_ended(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    await manager.row_with(meeting["id"], "active")
    pids = await manager.bot_pids(meeting["id"])
    os.kill(pids[0], signal.SIGKILL)
    row = await manager.row_with(meeting["id"], "failed", within_s=5)
    assert row.data["outcome"] == "bot_crashed"
    assert row.data["last_error"]["exit_code"] == -signal.SIGKILL
    await manager.all_gone(pids)
    kept = await evidence(manager, meeting["id"])
    assert kept == paths(manager, row, ".log", "-end.log")
    assert f"stub bot of meeting {meeting['id']}" in text_of(kept[1])


OWN_ENDS = {
    "ends": ("completed", "meeting_ended", "meeting_ended"),
    "denied": ("failed", "denied", "awaiting_admission_rejected"),
    "dies-at-start": ("failed", "start_failed", "validation_error"),
}


async def test_own_ends(manager: BotManager) -> None:
    sent = {kind: await manager.send_ok(kind, f"aaa-bbbb-{kind[:3]}") for kind in OWN_ENDS}
    for kind, (status, outcome, reason) in OWN_ENDS.items():
        data = (await manager.row_with(sent[kind]["id"], status)).data
        assert (data["outcome"], data["completion_reason"]) == (outcome, reason)
        assert data["outcome_message"]
        assert data["outcome_hint"]
        assert "stop_requested" not in data
        row = await manager.row(sent[kind]["id"])
        kept = await evidence(manager, sent[kind]["id"])
        assert kept == paths(manager, row, ".log", "-end.log")
    # a short stay's last heartbeat may come too late to tell of the notice
    assert (await manager.row(sent["ends"]["id"])).data["notice_posted"] is True


async def test_a_call_for_help_is_told_and_its_end_names_the_cause(manager: BotManager) -> None:
    meeting = await manager.send_ok("captcha")
    again = ["awaiting_admission", "needs_help"]

    async def has_called_twice() -> bool:
        history = (await manager.row(meeting["id"])).data.get("status_transition", [])
        return [entry["to"] for entry in history] == ["joining", *again, *again]

    await wait_until(has_called_twice, within_s=60, what="the second call for help")
    row = await manager.row(meeting["id"])
    needed = row.data["needs_help"]
    assert (needed["what"], needed["until"]) == ("captcha", "2030-01-01T00:00:00.000Z")
    assert needed["hint"]
    listed = (await manager.client.get("/bots/status")).json()["running_bots"]
    assert [bot["meeting_status"] for bot in listed] == ["needs_help"]
    (manager.home / "bots" / row.connection_id / "go-on").touch()
    data = (await manager.row_with(meeting["id"], "failed")).data
    assert (data["outcome"], data["failure_stage"]) == ("captcha", "awaiting_admission")
    assert "needs_help" not in data


async def test_an_account_is_lent_to_one_bot_and_comes_back_renewed(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    accounts = tmp_path / "accounts"
    accounts.mkdir()
    file = accounts / "google_meet.json"
    file.write_text('{"cookies": [{"name": "SID", "value": "s3cret", "domain": ".google.com"}]}')
    home = tmp_path / "home"
    home.mkdir()
    settings = {"BOT_ACCOUNTS_DIR": str(accounts)}
    async with bot_manager(home, sqlite_url, redis_url, **settings) as manager:
        guest = await manager.send_ok("account", "aaa-bbbb-ccc")
        await manager.row_with(guest["id"], "failed")
        await wait_until(lambda: not list((home / "bots").iterdir()), what="guest's folder removed")
        assert "forged" not in file.read_text()
        meeting = await manager.send_ok("account", authenticated=True)
        assert meeting["data"]["authenticated"] is True
        await manager.row_with(meeting["id"], "failed")
        await wait_until(lambda: "s3cret-renewed" in file.read_text(), what="renewed account")
        await wait_until(lambda: not list((home / "bots").iterdir()), what="work dirs removed")
        other = {"platform": "zoom", "native_meeting_id": "123456789", "authenticated": True}
        refused = await manager.client.post("/bots", json=other)
        assert (refused.status_code, refused.json()["field"]) == (501, "authenticated")
        assert "s3cret" not in str((await manager.row(meeting["id"])).data)
    assert "renewed-renewed" not in file.read_text()
    logs = "".join(log.read_text() for log in home.rglob("*.log"))
    assert "s3cret" not in logs


async def test_order_reaches_a_bot_that_is_not_yet_listening(manager: BotManager) -> None:
    meeting = await manager.send_ok("early")
    # the process exists, but has not said anything yet
    await wait_until(lambda: _has_pid(manager, meeting["id"]), what="bot process")
    assert (await manager.stop_bot()).status_code == 202
    row = await manager.row_with(meeting["id"], "completed")
    assert row.data["outcome"] == "stopped_by_user"
    assert row.data["end_stage"] == "requested"


async def _has_pid(manager: BotManager, meeting_id: int) -> bool:
    return (await manager.row(meeting_id)).bot_pid is not None


async def test_stop_right_after_the_request(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    assert (await manager.stop_bot()).status_code == 202
    row = await manager.row_with(meeting["id"], "completed", "failed")
    assert (row.status, row.data["outcome"]) == ("completed", "stopped_by_user")
    await wait_until(lambda: not list((manager.home / "bots").iterdir()), what="work dir removed")
    row = await manager.row(meeting["id"])
    assert row.bot_pid is None or not runs(row.bot_pid)


async def test_odd_exit_after_a_stop_is_still_the_users_stop(manager: BotManager) -> None:
    meeting = await manager.send_ok("odd-exit")
    await manager.row_with(meeting["id"], "active")
    await manager.stop_bot()
    row = await manager.row_with(meeting["id"], "completed", "failed")
    assert (row.status, row.data["outcome"]) == ("completed", "stopped_by_user")


async def test_drain_ends_every_bot_and_says_why(manager: BotManager) -> None:
    first = await manager.send_ok("normal")
    second = await manager.send_ok("deaf", "aaa-bbbb-ccc")
    for meeting in (first, second):
        await manager.row_with(meeting["id"], "active")
    pids = [*await manager.bot_pids(first["id"]), *await manager.bot_pids(second["id"])]
    refused = await manager.client.post("/bots/internal/drain")
    assert refused.status_code == 403
    answer = await manager.client.post(
        "/bots/internal/drain?seconds=10", headers={"X-Internal-Secret": SECRET}
    )
    assert answer.json() == {"left": 1, "ended": 1, "remaining": 0}
    assert not any(runs(pid) for pid in pids)
    for meeting in (first, second):
        row = await manager.row(meeting["id"])
        assert (row.status, row.data["outcome"]) == ("completed", "server_stopped")
    assert (await manager.send("normal", MEETING)).status_code == 503


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_setting_gives_a_bot_its_sound_server(
    tmp_path: Path, database_url: str, redis_url: str, wanted: bool
) -> None:
    setting = {"BOT_SOUND_SINK": "1"} if wanted else {}
    async with bot_manager(tmp_path, database_url, redis_url, **setting) as manager:
        await manager.send_ok("stand-in")
        await wait_until(lambda: list((manager.home / "bots").glob("*/launch.json")), within_s=60)
        (file,) = (manager.home / "bots").glob("*/launch.json")
        await wait_until(lambda: file.read_text().endswith("}"), within_s=60)
        assert BotLaunch.model_validate_json(file.read_text()).sound_sink is wanted


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_setting_takes_a_bot_its_own_display(
    tmp_path: Path, database_url: str, redis_url: str, wanted: bool
) -> None:
    setting = {} if wanted else {"BOT_OWN_DISPLAY": "0"}
    async with bot_manager(tmp_path, database_url, redis_url, **setting) as manager:
        await manager.send_ok("stand-in")
        await wait_until(lambda: list((manager.home / "bots").glob("*/launch.json")), within_s=60)
        (file,) = (manager.home / "bots").glob("*/launch.json")
        await wait_until(lambda: file.read_text().endswith("}"), within_s=60)
        assert BotLaunch.model_validate_json(file.read_text()).own_display is wanted
