"""What bot-manager refuses, in the wire's words, and that a refusal leaves no row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.bot_manager import MEETING, SECRET, BotManager, bot_manager
from tests.support.listener import listening
from vexa.kit.clock import SystemClock
from vexa.kit.meeting_tokens import mint_meeting_token
from vexa.storage import meetings, users

ALREADY = (
    "An active or requested meeting already exists for this platform and meeting ID. "
    "Platform: google_meet, Native Meeting ID: abc-defg-hij"
)


@pytest.fixture
async def manager(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[BotManager]:
    async with bot_manager(tmp_path, database_url, redis_url, MAX_BOTS="4") as running:
        yield running


async def _count(manager: BotManager) -> int:
    async with manager.database.transaction() as session:
        return len(await meetings.list_for_user(session, manager.user_id))


def _said(response: httpx2.Response) -> tuple[int, Any, str]:
    body = response.json()
    return response.status_code, body["detail"], body["code"]


async def _missing_and_wrong_keys(manager: BotManager) -> None:
    body = {"platform": "google_meet", "native_meeting_id": MEETING}
    async with httpx2.AsyncClient(base_url=manager.client.base_url) as stranger:
        assert _said(await stranger.post("/bots", json=body)) == (
            *(403, "Missing API token (X-API-Key header)", "missing_api_key"),
        )
        wrong = {"X-API-Key": "vx_wrong"}
        for answer in (
            await stranger.post("/bots", json=body, headers=wrong),
            await stranger.get("/bots/status", headers=wrong),
            await stranger.delete(f"/bots/google_meet/{MEETING}", headers=wrong),
        ):
            assert _said(answer) == (403, "Invalid API token", "invalid_api_key")
        assert (await stranger.get("/")).json() == {"message": "Vexa Bot Manager is running"}


async def test_refusals_leave_no_row(manager: BotManager) -> None:
    await _missing_and_wrong_keys(manager)
    assert _said(await manager.send("normal", "bad-id")) == (
        422,
        "Google Meet ID must be in format 'abc-defg-hij' (lowercase letters only)",
        "invalid_input",
    )
    assert _said(await manager.send("normal", passcode="secret"))[1] == (
        "Passcode is not supported for Google Meet meetings"
    )
    for body in ({"platform": "webex"}, {"language": "klingon"}, {"native_meeting_id": " "}):
        assert (await manager.send("normal", **body)).status_code == 422
    broken = await manager.client.post(
        "/bots", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 422
    recording = await manager.send("normal", recording_enabled=True)
    assert (recording.status_code, recording.json()["field"]) == (501, "recording_enabled")
    wrong_link = await manager.client.post("/bots", json={"meeting_url": "https://example.org/x"})
    assert (wrong_link.status_code, wrong_link.json()["field"]) == (422, "meeting_url")
    assert _said(await manager.stop_bot()) == (404, "No meeting found to stop.", "not_found")
    assert await _count(manager) == 0


async def test_a_pasted_link_and_the_id_are_one_meeting(manager: BotManager) -> None:
    pasted = {"meeting_url": f"Join: <https://meet.google.com/{MEETING}?authuser=0>"}
    made = await manager.client.post("/bots", json={**pasted, "bot_name": "normal"})
    assert made.status_code == 201
    assert made.json()["native_meeting_id"] == MEETING
    assert made.json()["constructed_meeting_url"] == f"https://meet.google.com/{MEETING}"
    for again in (await manager.client.post("/bots", json=pasted), await manager.send("normal")):
        assert (again.status_code, again.json()["meeting_id"]) == (409, made.json()["id"])
    assert (await manager.stop_bot()).status_code == 202


async def test_a_bot_is_stopped_by_the_id_as_people_write_it(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal", "123 4567 8901", platform="zoom")
    assert meeting["native_meeting_id"] == "12345678901"
    await manager.row_with(meeting["id"], "active")
    path = "/bots/zoom/123 4567 8901"
    changed = await manager.client.put(f"{path}/config", json={"language": "de"})
    assert changed.status_code == 202
    stopped = await manager.client.delete(path)
    assert (stopped.status_code, stopped.json()["meeting_id"]) == (202, meeting["id"])


async def test_second_bot_quota_and_host_limit(manager: BotManager) -> None:
    first = await manager.send_ok("normal", f" {MEETING} ", extra_key="ignored")
    assert first["native_meeting_id"] == MEETING
    again = await manager.send("normal")
    assert _said(again) == (409, ALREADY, "meeting_already_has_bot")
    assert again.json()["meeting_id"] == first["id"]
    for code in ("aaa-bbbb-ccc", "aaa-bbbb-ccd"):
        await manager.send_ok("normal", code)
    limited = await manager.send("normal", "aaa-bbbb-cce")
    assert limited.json() == {
        "detail": "User has reached the maximum concurrent bot limit (3).",
        "code": "limit_reached",
        "limit": 3,
    }
    assert limited.status_code == 403
    assert await _count(manager) == 3
    await manager.add_user("b@example.com")
    await manager.send_ok("normal")
    full = await manager.send("normal", "aaa-bbbb-ccc")
    assert (full.status_code, full.json()["code"]) == (503, "host_full")
    assert "Retry-After" in full.headers
    assert await _count(manager) == 1


async def test_a_quota_of_none_leaves_the_host_limit(manager: BotManager) -> None:
    await manager.add_user("free@example.com", quota=0)
    for code in ("aaa-bbbb-cca", "aaa-bbbb-ccb", "aaa-bbbb-ccc", "aaa-bbbb-ccd"):
        await manager.send_ok("normal", code)
    full = await manager.send("normal", "aaa-bbbb-cce")
    assert (full.status_code, full.json()["code"]) == (503, "host_full")


async def test_parallel_requests_over_http(manager: BotManager) -> None:
    same = await asyncio.gather(*(manager.send("normal") for _ in range(10)))
    assert sorted(answer.status_code for answer in same) == [201, *[409] * 9]
    codes = [f"aaa-bbbb-cc{chr(97 + index)}" for index in range(10)]
    others = await asyncio.gather(*(manager.send("normal", code) for code in codes))
    assert sorted(answer.status_code for answer in others) == [*[201] * 2, *[403] * 8]
    assert await _count(manager) == 3


async def test_no_speech_model_no_bot(tmp_path: Path, database_url: str, redis_url: str) -> None:
    off = {"SKIP_TRANSCRIPTION_CHECK": "0", "WHISPERLIVE_HEALTH_URL": "http://127.0.0.1:1/readyz"}
    async with bot_manager(tmp_path, database_url, redis_url, **off) as manager:
        refused = await manager.send("normal")
        assert (refused.status_code, refused.json()["code"]) == (503, "speech_unavailable")
        assert await _count(manager) == 0


async def test_a_language_that_the_model_does_not_know_is_refused(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    asked: dict[str, Any]
    body = b'{"ready": true, "problems": {}, "languages": ["en"]}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    async with listening() as speech:
        speech.answer = head.encode() + b"\r\nConnection: close\r\n\r\n" + body
        settings = {
            "SKIP_TRANSCRIPTION_CHECK": "0",
            "WHISPERLIVE_HEALTH_URL": f"http://127.0.0.1:{speech.port}/readyz",
        }
        async with bot_manager(tmp_path, database_url, redis_url, **settings) as manager:
            for field, asked in (
                ("language", {"language": "de"}),
                ("allowed_languages", {"allowed_languages": ["en", "de"]}),
            ):
                refused = await manager.send("normal", **asked)
                assert (refused.status_code, refused.json()["field"]) == (422, field)
                assert refused.json()["detail"].endswith("does not know de; it knows: en")
            assert await _count(manager) == 0
            meeting = await manager.send_ok("normal", language="en")
            await manager.row_with(meeting["id"], "active")
            path = f"/bots/google_meet/{MEETING}/config"
            refused = await manager.client.put(path, json={"language": "fr"})
            assert (refused.status_code, refused.json()["field"]) == (422, "language")
            row = await manager.row(meeting["id"])
            assert (row.data["language"], "config_revision" in row.data) == ("en", False)


async def test_a_bot_leaves_as_the_request_its_user_or_the_server_says(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    server = {
        **{"BOT_MAX_TIME_MS": "1000001", "BOT_MAX_WAIT_FOR_ADMISSION_MS": "1000002"},
        **{"BOT_MAX_TIME_LEFT_ALONE_MS": "1000003", "BOT_NO_ONE_JOINED_TIMEOUT_MS": "1000004"},
    }
    config = {
        **{"max_wait_for_admission": 2000002, "everyone_left_timeout": 2000003},
        **{"no_one_joined_timeout": "xyzzy", "silence_timeout": 0},
    }
    async with bot_manager(tmp_path, database_url, redis_url, **server) as manager:
        async with manager.database.transaction() as session:
            user = await users.by_id(session, manager.user_id)
            assert user is not None
            await users.change(session, user, {"data": {"bot_config": config}})
        asked = {"max_time_left_alone": 3000003}
        meeting = await manager.send_ok("normal", automatic_leave=asked)
        assert meeting["data"]["resolved_timeouts"] == {
            "max_bot_time": 1000001,
            "max_wait_for_admission": 2000002,
            "max_time_left_alone": 3000003,
            "no_one_joined_timeout": 1000004,
            "silence_timeout": 0,
        }
        await manager.row_with(meeting["id"], "active")
        shown = (await manager.client.get(f"/bots/id/{meeting['id']}")).json()
        assert shown["data"]["resolved_timeouts"] == meeting["data"]["resolved_timeouts"]
        log = (tmp_path / "manager.log").read_text()
        assert "user_default_ignored" in log
        assert "bot_config.no_one_joined_timeout" in log
        assert "xyzzy" not in log


async def test_callbacks_need_the_token_of_their_own_meeting(manager: BotManager) -> None:
    mine = await manager.send_ok("normal")
    await manager.row_with(mine["id"], "active")
    row = await manager.row(mine["id"])
    report = {"connection_id": row.connection_id, "status": "active"}
    path = "/bots/internal/callback/status_change"

    def bearer(meeting_id: int, secret: str = SECRET) -> dict[str, str]:
        token = mint_meeting_token(
            secret,
            meeting_id=meeting_id,
            user_id=manager.user_id,
            platform="google_meet",
            native_meeting_id=MEETING,
            now=SystemClock().now(),
            lifetime=timedelta(minutes=5),
        )
        return {"Authorization": f"Bearer {token}"}

    assert (await manager.client.post(path, json=report)).status_code == 401
    for headers in (bearer(mine["id"] + 1), bearer(mine["id"], "another-secret-" * 3)):
        refused = await manager.client.post(path, json=report, headers=headers)
        assert refused.status_code == 403
    headers = bearer(mine["id"])
    for status in ("joining", "active"):
        again = await manager.client.post(path, json={**report, "status": status}, headers=headers)
        assert again.json()["status"] == "processed"
        assert again.json()["meeting_status"] == "active"
    no_outcome = await manager.client.post(
        path, json={**report, "status": "failed"}, headers=headers
    )
    assert no_outcome.status_code == 422
    row = await manager.row(mine["id"])
    assert [entry["to"] for entry in row.data["status_transition"]] == [
        *("joining", "awaiting_admission", "active")
    ]


async def test_a_jitsi_bot_is_told_its_host_and_its_password(manager: BotManager) -> None:
    meeting = await manager.send_ok(
        "normal", "Room@team.8x8.vc", platform="jitsi", passcode="s3cret"
    )
    assert meeting["native_meeting_id"] == "room@team.8x8.vc"
    assert meeting["constructed_meeting_url"] == "https://team.8x8.vc/room"
    await manager.row_with(meeting["id"], "active")
    [log] = manager.home.rglob("vexa-bot-*.log")
    assert "jitsi on ['team.8x8.vc'], passcode True" in log.read_text()
