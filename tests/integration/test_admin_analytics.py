"""Lists, counts and times that an operator reads, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from pydantic import SecretStr

from tests.support.speech_entries import KnownMeeting, make_meeting
from vexa.admin_api.app import create_app
from vexa.admin_api.settings import AdminApiSettings
from vexa.contracts.meeting import MeetingStatus, Outcome, TransitionSource
from vexa.storage import segments, sessions, transitions
from vexa.storage.database import Database
from vexa.storage.transitions import Move

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def meeting(database_url: str) -> KnownMeeting:
    """A meeting that went the whole way: lobby after 5 s, in after 20 s, left after 80 s."""
    database = Database(database_url)
    known = await make_meeting(database)
    steps = (
        (0, Move(TransitionSource.BOT_CALLBACK, MeetingStatus.JOINING)),
        (5, Move(TransitionSource.BOT_CALLBACK, MeetingStatus.AWAITING_ADMISSION)),
        (20, Move(TransitionSource.BOT_CALLBACK, MeetingStatus.ACTIVE)),
        (80, Move(TransitionSource.BOT_CALLBACK, outcome=Outcome.MEETING_ENDED)),
    )
    async with database.transaction() as session:
        for seconds, step in steps:
            at = START + timedelta(seconds=seconds)
            await transitions.move(session, known.id, step, now=at)
        await sessions.ensure(session, known.id, "s1", START)
        finals = [
            segments.FinalSegment(
                *(known.id, f"s1:{n}", "s1", n * 2.0, n * 2 + 1.5, START, START, "x"),
                speaker="Ada" if n else None,
                language="en",
            )
            for n in range(3)
        ]
        await segments.insert_finals(session, finals)
    await database.aclose()
    return known


@pytest.fixture
async def admin(database_url: str, meeting: KnownMeeting) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(
        AdminApiSettings(database_url=SecretStr(database_url), admin_api_token=SecretStr("t"))
    )
    transport = httpx2.ASGITransport(app=app)
    headers = {"X-Admin-API-Key": "t"}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://a", headers=headers) as client,
    ):
        yield client


async def test_lists_show_meetings_with_owners(
    admin: httpx2.AsyncClient, meeting: KnownMeeting
) -> None:
    stats = (await admin.get("/admin/stats/meetings-users")).json()
    assert stats["total"] == 1
    assert stats["items"][0]["id"] == meeting.id
    assert stats["items"][0]["user"]["id"] == stats["items"][0]["user_id"]
    assert (await admin.get("/admin/stats/meetings-users?skip=1")).json()["items"] == []
    [record] = (await admin.get("/admin/analytics/meetings")).json()
    assert (record["id"], record["status"]) == (meeting.id, "completed")
    assert "data" not in record
    [user] = (await admin.get("/admin/analytics/users")).json()
    assert set(user) == {
        *("id", "email", "name", "image_url", "created_at", "max_concurrent_bots"),
    }


async def test_telematics_measure_each_step(
    admin: httpx2.AsyncClient, meeting: KnownMeeting
) -> None:
    path = f"/admin/analytics/meetings/{meeting.id}/telematics"
    seen = (await admin.get(f"{path}?include_transcriptions=true")).json()
    assert seen["performance_metrics"] == {
        **{"join_time": 5.0, "admission_time": 15.0},
        **{"total_duration": 60.0, "bot_uptime": 80.0},
    }
    assert seen["transcription_stats"] == {
        **{"total_transcriptions": 3, "total_duration": 4.5},
        **{"unique_speakers": 1, "languages_detected": ["en"]},
    }
    assert [item["session_uid"] for item in seen["sessions"]] == ["s1"]
    short = (await admin.get(f"{path}?include_sessions=false")).json()
    assert (short["sessions"], short["transcription_stats"]) == ([], None)
    assert (await admin.get("/admin/analytics/meetings/999/telematics")).status_code == 404


async def test_user_details_count_and_leave_out(
    admin: httpx2.AsyncClient, meeting: KnownMeeting
) -> None:
    [user] = (await admin.get("/admin/analytics/users")).json()
    path = f"/admin/analytics/users/{user['id']}/details"
    seen = (await admin.get(f"{path}?include_tokens=true")).json()
    assert seen["meeting_stats"] == {
        **{"total_meetings": 1, "completed_meetings": 1, "failed_meetings": 0},
        **{"active_meetings": 0, "total_duration": 60.0, "average_duration": 60.0},
    }
    assert seen["usage_patterns"]["most_used_platform"] == "google_meet"
    assert seen["usage_patterns"]["meetings_per_day"] == 1.0
    assert [item["id"] for item in seen["meetings"]] == [meeting.id]
    assert len(seen["api_tokens"]) == 1
    short = (await admin.get(f"{path}?include_meetings=false")).json()
    assert (short["meetings"], short["api_tokens"]) == (None, None)
