"""`vexa-client` 0.5.4, unmodified, against gateway, admin, bot-manager and collector processes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from vexa_client import VexaClient, VexaClientError

from tests.support import speech_entries as say
from tests.support.programs import ADMIN_TOKEN, Programs
from tests.support.wait_until import wait_until
from vexa.bus.connection import Bus

STUB = Path(__file__).parents[1] / "support" / "stub_bot.py"
MEETING = ("google_meet", "abc-defg-hij")


@pytest.fixture
async def programs(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Programs]:
    env = {
        "SKIP_TRANSCRIPTION_CHECK": "1",
        "BOT_COMMAND": f"{sys.executable} {STUB}",
        "BOT_STOP_DELAY": "2",
    }
    programs = Programs(database_url, redis_url, tmp_path, env)
    programs.share_address("BOT_CALLBACK_BASE_URL", "bot-manager")
    try:
        for name in ("admin-api", "transcription-collector", "bot-manager", "api-gateway"):
            await asyncio.to_thread(programs.start, name)
        yield programs
    finally:
        await asyncio.to_thread(programs.stop)


async def test_user_token_bot_status_transcript_stop(programs: Programs, redis_url: str) -> None:
    base_url = programs.url("api-gateway")
    admin = VexaClient(base_url=base_url, admin_key=ADMIN_TOKEN)
    user = await asyncio.to_thread(admin.create_user, "ada@example.com", "Ada")
    token = await asyncio.to_thread(admin.create_token, user["id"])
    client = VexaClient(base_url=base_url, api_key=token["token"])

    meeting = await asyncio.to_thread(client.request_bot, *MEETING, "Notes", "en", "transcribe")
    assert (meeting["platform"], meeting["native_meeting_id"]) == MEETING
    with pytest.raises(VexaClientError, match="HTTP Error 409"):
        await asyncio.to_thread(client.request_bot, *MEETING)

    async def is_active() -> bool:
        running = await asyncio.to_thread(client.get_running_bots_status)
        return [bot["meeting_status"] for bot in running] == ["active"]

    await wait_until(is_active, within_s=20)
    bus = Bus(redis_url)
    await say.write(
        bus,
        say.started(meeting["id"], "s1", "Ada"),
        say.spoken(meeting["id"], "s1", 0, "Good morning.", speaker="Ada"),
        say.spoken(meeting["id"], "s1", 1, "How are", completed=False, speaker="Ada"),
    )
    await bus.aclose()

    async def has_both() -> bool:
        transcript = await asyncio.to_thread(client.get_transcript, *MEETING)
        return [(s["text"], s["speaker"], s["completed"]) for s in transcript["segments"]] == [
            ("Good morning.", "Ada", True),
            ("How are", "Ada", False),
        ]

    await wait_until(has_both)
    known = await asyncio.to_thread(client.get_meeting_by_id, *MEETING)
    assert known is not None
    assert known["id"] == meeting["id"]
    exact = await asyncio.to_thread(client.get_transcript, *MEETING, meeting["id"])
    assert exact["id"] == meeting["id"]
    with pytest.raises(VexaClientError, match="Meeting not found for platform google_meet and ID"):
        await asyncio.to_thread(client.get_transcript, "google_meet", "xxx-yyyy-zzz")

    stopped = await asyncio.to_thread(client.stop_bot, *MEETING)
    assert stopped["message"] == "Stop request accepted and is being processed."

    async def has_ended() -> bool:
        meetings = await asyncio.to_thread(client.get_meetings)
        return [m["status"] for m in meetings] == ["completed"]

    await wait_until(has_ended, within_s=30)
    assert await asyncio.to_thread(client.get_running_bots_status) == []
    stranger = VexaClient(base_url=base_url, api_key="vx_not-a-key-at-all-000000")
    with pytest.raises(VexaClientError, match="HTTP Error 403"):
        await asyncio.to_thread(stranger.get_meetings)
    assert token["token"] not in programs.logs()
