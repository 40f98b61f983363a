"""Events of webhooks: written with the move, readable for receivers of every generation."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.webhooks import ACTIVE, BEGIN, ENDED, JOINING, NOT_FOUND, Hook
from vexa.contracts.errors import Conflict, NotFound
from vexa.storage import erasure, transitions, webhook_deliveries, webhook_endpoints
from vexa.storage.database import Database

URL = "https://hooks.example.com/vexa"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


async def _bodies(hook: Hook) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in await hook.log()]


async def test_a_move_that_is_rolled_back_leaves_no_event(database: Database) -> None:
    hook = await Hook.make(database, URL)
    meeting_id = await hook.meeting()

    async def move_and_fail() -> None:
        async with database.transaction() as session:
            await transitions.move(session, meeting_id, JOINING)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await move_and_fail()
    assert await hook.log() == []
    await hook.move(meeting_id, JOINING)
    assert [row.event_type for row in await hook.log()] == ["meeting.status_change"]


async def test_status_change_is_read_as_in_0_6_and_as_in_0_10(database: Database) -> None:
    hook = await Hook.make(database, URL)
    meeting_id = await hook.meeting()
    await hook.move(meeting_id, JOINING, ACTIVE)
    body = (await _bodies(hook))[1]
    assert body["event_type"] == "meeting.status_change"
    assert body["status_change"] == body["data"]["status_change"]
    assert body["status_change"] == {
        "from": "joining",
        "to": "active",
        "reason": None,
        "timestamp": "2026-11-25T12:00:00.000Z",
        "transition_source": "bot_callback",
    }
    assert body["meeting"]["id"] == body["data"]["meeting"]["id"] == meeting_id
    assert "bot_container_id" in body["meeting"]
    assert "bot_container_id" not in body["data"]["meeting"]
    assert body["meeting"]["start_time"] == "2026-11-25T12:00:00.000Z"
    assert body["event_id"].startswith("evt_")
    assert len(body["event_id"]) == 36
    assert (body["api_version"], body["sequence"]) == ("2026-03-01", 2)


@pytest.mark.parametrize("events", [None, {}])
async def test_the_end_is_a_flat_meeting_and_an_envelope(
    database: Database, events: dict[str, bool] | None
) -> None:
    hook = await Hook.make(database, URL, events=events)
    await hook.move(await hook.meeting(), JOINING, ACTIVE)
    later = BEGIN + timedelta(hours=1)
    meeting_id = (await hook.meeting(1)) - 1
    await hook.move(meeting_id, ENDED, at=later)
    body = (await _bodies(hook))[-1]
    assert (body["id"], body["status"]) == (meeting_id, "completed")
    assert body["native_meeting_id"] == body["meeting"]["native_meeting_id"]
    assert body["data"]["meeting"]["completion_reason"] == "meeting_ended"
    assert body["event_type"] == "meeting.completed"
    if events is None:
        assert body["created_at"] == body["meeting"]["created_at"]
        assert body["data"]["bot_name"] == "Zoë ✓"
    else:
        assert body["created_at"] == "2026-11-25T13:00:00.000Z"
        assert set(body["data"]) == {"meeting", "status_change"}


async def test_no_body_holds_a_secret(database: Database) -> None:
    hook = await Hook.make(database, URL, secret="the-secret-itself")
    await hook.move(await hook.meeting(), JOINING, NOT_FOUND)
    for row in await hook.log():
        assert b"pass-word" not in row.body
        assert b"the-secret-itself" not in row.body
        assert "Zoë ✓".encode() in row.body


async def test_event_ids_differ_and_are_stable(database: Database) -> None:
    hook = await Hook.make(database, URL)
    for number in range(3):
        await hook.move(await hook.meeting(number), JOINING, ACTIVE, ENDED)
    log = await hook.log()
    assert len({row.event_id for row in log}) == len(log) == 12
    assert all(json.loads(row.body)["event_id"] == row.event_id for row in log)


async def test_an_endpoint_that_is_off_gets_nothing(database: Database) -> None:
    hook = await Hook.make(database, None)
    meeting_id = await hook.meeting()
    await hook.move(meeting_id, JOINING)
    assert await hook.log() == []


async def test_events_of_a_disabled_endpoint_are_logged_and_can_be_replayed(
    database: Database,
) -> None:
    hook = await Hook.make(database, URL, events={})
    first, second = await hook.meeting(0), await hook.meeting(1)
    await hook.move(first, JOINING, ACTIVE, ENDED)
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.make(session, hook.user_id)
        await webhook_endpoints.disable(session, endpoint, "why", now=BEGIN)
    await hook.move(second, JOINING, ACTIVE, ENDED)
    log = await hook.log()
    assert [row.status for row in log] == ["skipped", "skipped"]
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.make(session, hook.user_id)
        with pytest.raises(Conflict):
            await webhook_deliveries.replay(session, endpoint, log[1].id, now=BEGIN)
        await webhook_endpoints.set_url(session, endpoint, URL, now=BEGIN)
        await webhook_deliveries.replay(session, endpoint, log[1].id, now=BEGIN)
        with pytest.raises(Conflict):
            await webhook_deliveries.replay(session, endpoint, log[1].id, now=BEGIN)
    assert [row.status for row in await hook.log()] == ["skipped", "pending"]


async def test_nobody_replays_what_another_user_got(database: Database) -> None:
    hook = await Hook.make(database, URL, events={})
    await hook.move(await hook.meeting(), JOINING, ACTIVE, ENDED)
    other = await Hook.make(database, URL, email="b@example.com")
    delivery_id = (await hook.log())[0].id
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.make(session, other.user_id)
        with pytest.raises(NotFound):
            await webhook_deliveries.replay(session, endpoint, delivery_id, now=BEGIN)


async def test_a_replaced_secret_signs_for_a_day_more(database: Database) -> None:
    hook = await Hook.make(database, URL, secret="first")
    endpoint_id = (await hook.endpoint()).id

    async def live(after: timedelta) -> list[str]:
        async with database.reading() as session:
            found = await webhook_endpoints.live_secrets(session, [endpoint_id], now=BEGIN + after)
        return found.get(endpoint_id, [])

    async with database.transaction() as session:
        await webhook_endpoints.set_secret(session, endpoint_id, "second", now=BEGIN)
        minted = await webhook_endpoints.rotate(session, endpoint_id, now=BEGIN)
        await webhook_endpoints.set_secret(session, endpoint_id, minted, now=BEGIN)
    assert await live(timedelta(hours=23)) == [minted, "second", "first"]
    assert await live(timedelta(hours=24)) == [minted]
    async with database.transaction() as session:
        await webhook_endpoints.set_secret(session, endpoint_id, None, now=BEGIN)
    assert await live(timedelta(0)) == []


async def test_an_erased_meeting_leaves_no_event(database: Database) -> None:
    hook = await Hook.make(database, URL)
    kept, erased = await hook.meeting(0), await hook.meeting(1)
    await hook.move(erased, JOINING, NOT_FOUND)
    await hook.move(kept, JOINING)
    async with database.transaction() as session:
        await erasure.erase(session, erased)
    assert [row.meeting_id for row in await hook.log()] == [kept]
