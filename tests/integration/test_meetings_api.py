"""The collector's HTTP routes in process, over real stores: read, change, share, erase."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import update

from tests.support import speech_entries as say
from tests.support.wait_until import wait_until
from vexa.bus.connection import Bus
from vexa.contracts.meeting import MeetingStatus, Outcome, TransitionSource
from vexa.contracts.stream_names import TRANSCRIPTION_DEAD_LETTERS
from vexa.contracts.whisper_protocol import StreamEntry
from vexa.kit.clock import SystemClock
from vexa.storage import bots, transitions, users
from vexa.storage.database import Database
from vexa.storage.tables import MeetingPeopleRow, MeetingRow
from vexa.storage.transitions import Move
from vexa.transcription_collector.app import create_app
from vexa.transcription_collector.changes import Changes, erase_due
from vexa.transcription_collector.settings import CollectorSettings

SECRET = "test-internal-secret-of-32-bytes!"
MARKER = "Xylophonquartett"
ADDRESS = "google_meet/abc-defg-hij"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    opened = Bus(redis_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def meeting(database: Database) -> say.KnownMeeting:
    return await say.make_meeting(database)


@pytest.fixture
async def client(
    database_url: str, redis_url: str, meeting: say.KnownMeeting
) -> AsyncIterator[httpx2.AsyncClient]:
    app: FastAPI = create_app(
        CollectorSettings(
            database_url=SecretStr(database_url),
            redis_url=SecretStr(redis_url),
            internal_api_secret=SecretStr(SECRET),
        )
    )
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://collector",
            headers={"X-API-Key": meeting.api_key},
        ) as client,
    ):
        yield client


async def end(database: Database, meeting_id: int, at: datetime | None = None) -> None:
    async with database.transaction() as session:
        step = Move(TransitionSource.BOT_CALLBACK, outcome=Outcome.MEETING_ENDED)
        await transitions.move(session, meeting_id, step, now=at)


def said(answer: httpx2.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["detail"]


async def texts(client: httpx2.AsyncClient, path: str) -> list[str]:
    return [segment["text"] for segment in (await client.get(path)).json()["segments"]]


async def test_space_around_an_id_changes_nothing(client: httpx2.AsyncClient) -> None:
    written = ADDRESS.replace("/", "/ ") + " "
    read = await client.get(f"/transcripts/{written}")
    assert (read.status_code, read.json()["native_meeting_id"]) == (200, ADDRESS.split("/")[1])
    changed = await client.patch(f"/meetings/{written}", json={"data": {"name": "Weekly"}})
    assert (changed.status_code, changed.json()["data"]["name"]) == (200, "Weekly")


async def test_reading_by_address_id_page_and_filter(
    client: httpx2.AsyncClient, meeting: say.KnownMeeting, database: Database, bus: Bus
) -> None:
    other = await say.make_meeting(database, "xyz-abcd-efg")
    await say.write(
        bus,
        *(say.spoken(meeting.id, "s1", n, f"t{n}") for n in range(3)),
        say.spoken(meeting.id, "s1", 3, "now", completed=False),
    )
    path = f"/transcripts/{ADDRESS}"

    async def all_there() -> bool:
        return await texts(client, path) == ["t0", "t1", "t2", "now"]

    await wait_until(all_there)
    assert await texts(client, f"/transcripts/by-id/{meeting.id}") == ["t0", "t1", "t2", "now"]
    assert await texts(client, f"{path}?meeting_id={meeting.id}") == ["t0", "t1", "t2", "now"]
    await say.write(
        bus, say.spoken(meeting.id, "s1", 3, "Now."), say.named(meeting.id, "s1", "Ada")
    )

    async def is_final_and_named() -> bool:
        spoken = (await client.get(path)).json()["segments"]
        return [(s["text"], s["speaker"]) for s in spoken][-1] == ("Now.", "Ada")

    await wait_until(is_final_and_named)
    assert (await client.get(f"/meetings/{meeting.id}")).json()["id"] == meeting.id
    for query, found in (
        *(("limit=1", 1), ("offset=1", 0), ("status=requested", 1), ("status=failed", 0)),
        *(("platform=google_meet", 1), ("platform=teams", 0)),
        *(("search=DEFG", 1), ("search=%25", 0)),
    ):
        listed = (await client.get(f"/meetings?{query}")).json()["meetings"]
        assert len(listed) == found, query
    for path in (f"/meetings/{other.id}", f"/transcripts/by-id/{other.id}"):
        assert said(await client.get(path)) == (404, "Meeting not found")
    assert (await client.get("/transcripts/google_meet/xyz-abcd-efg")).status_code == 404


async def test_changing_a_meeting(
    client: httpx2.AsyncClient, meeting: say.KnownMeeting, database: Database
) -> None:
    path = f"/meetings/{ADDRESS}"
    body = {"data": {"name": "Weekly", "notes": None, "languages": ["en"], "other": 1}}
    changed = (await client.patch(path, json=body)).json()
    assert changed["data"] == {"name": "Weekly", "languages": ["en"]}
    again = await client.patch(f"/meetings/{meeting.id}", json={"data": {"notes": "n"}})
    assert again.json()["data"] == {"name": "Weekly", "languages": ["en"], "notes": "n"}
    assert len((await client.get("/meetings?search=weekly")).json()["meetings"]) == 1
    empties: tuple[dict[str, Any], ...] = ({}, {"data": {}}, {"data": {"name": None}})
    for empty in empties:
        assert said(await client.patch(path, json=empty)) == (400, "No data provided for update.")
    bad = await client.patch(path, json={"data": {"languages": ["klingon"]}})
    assert bad.status_code == 422
    assert "allowed: af" in bad.json()["detail"][0]["msg"]
    async with database.transaction() as session:
        user, _ = await users.create_or_get(session, users.NewUser("b@example.com", 1))
        stranger = await users.mint_token(session, user.id)
        for_bots = await users.mint_token(session, user.id, scopes=["bot"])
    for method in ("PATCH", "DELETE"):
        headers = {"X-API-Key": stranger.api_key}
        answer = await client.request(method, f"/meetings/{meeting.id}", headers=headers, json=body)
        assert said(answer) == (404, "Meeting not found")
    headers = {"X-API-Key": for_bots.api_key}
    refused = await client.patch(path, json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


async def test_who_was_there_is_shown_wherever_a_meeting_is_and_gives_way_to_the_user(
    client: httpx2.AsyncClient, meeting: say.KnownMeeting, database: Database, bus: Bus
) -> None:
    source = TransitionSource.BOT_CALLBACK
    async with database.transaction() as session:
        for status in (MeetingStatus.JOINING, MeetingStatus.ACTIVE):
            await transitions.move(session, meeting.id, Move(source, to=status))
        await bots.record_names(session, meeting.id, ["Zoe"])
    await end(database, meeting.id)
    await say.write(bus, say.spoken(meeting.id, "s1", 0, "Good morning.", speaker="Ada"))
    paths = (f"/meetings/{meeting.id}", f"/transcripts/{ADDRESS}", "/meetings")

    async def shown(path: str) -> dict[str, Any]:
        body = (await client.get(path)).json()
        data: dict[str, Any] = (body["meetings"][0] if "meetings" in body else body)["data"]
        return {key: data.get(key) for key in ("participants", "languages")}

    for path in paths:

        async def is_there(path: str = path) -> bool:
            return await shown(path) == {"participants": ["Zoe", "Ada"], "languages": ["en"]}

        await wait_until(is_there, what=f"who was there in {path}")
    changed = await client.patch(paths[0], json={"data": {"participants": ["The team"]}})
    assert changed.status_code == 200
    await say.write(bus, say.spoken(meeting.id, "s1", 1, "Bye.", speaker="Bob"))

    async def is_stored() -> bool:
        return len(await texts(client, f"/transcripts/{ADDRESS}")) == 2

    await wait_until(is_stored)
    assert await shown(paths[0]) == {"participants": ["The team"], "languages": ["en"]}


async def test_a_link_shows_the_transcript_as_text_until_it_expires(
    client: httpx2.AsyncClient, meeting: say.KnownMeeting, database: Database, bus: Bus
) -> None:
    await say.write(
        bus,
        say.spoken(meeting.id, "s1", 0, "Good morning.", speaker="Ada"),
        say.spoken(meeting.id, "s2", 1, "Hello."),
    )
    headers = {"X-Forwarded-Host": "notes.example", "X-Forwarded-Proto": "https"}
    made = await client.post(f"/transcripts/{ADDRESS}/share?ttl_seconds=60", headers=headers)
    assert made.status_code == 200
    link = made.json()
    assert link["url"] == f"https://notes.example/public/transcripts/{link['share_id']}.txt"
    assert (link["expires_in_seconds"], link["id"]) == (60, link["share_id"])
    path = f"/public/transcripts/{link['share_id']}.txt"

    async def has_both() -> bool:
        return (await client.get(path, headers={"X-API-Key": ""})).text.endswith(
            "---\n[2026-11-25 10:00:00] Ada: Good morning.\n[2026-11-25 10:00:02] Unknown: Hello.\n"
        )

    await wait_until(has_both)
    shown = await client.get(path)
    assert shown.text.startswith("MEETING TRANSCRIPT\nPlatform: google_meet\nMeeting ID: abc-defg")
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    keys = [key async for key in bus.redis.scan_iter("share:*")]
    assert len(keys) == 1
    assert link["share_id"] not in str(keys)
    assert 0 < await bus.redis.ttl(keys[0]) <= 60
    await bus.redis.delete(*keys)
    assert said(await client.get(path)) == (404, "Share link expired or not found")
    for ttl in (59, 86_401):
        refused = await client.post(f"/meetings/{ADDRESS}/share?ttl_seconds={ttl}")
        assert said(refused) == (422, "ttl_seconds must be 60 to 86400")


async def holds_marker(database_url: str, database: Database, bus: Bus) -> list[str]:
    """Names every table and key in which the marker, or the meeting's own code, is found."""
    found = []
    async with database.reading() as session:
        connection = await session.connection()
        for table in MeetingRow.metadata.sorted_tables:
            rows = (await connection.execute(table.select())).all()
            found += [table.name for row in rows if has_marker(repr(row))]
    async for key in bus.redis.scan_iter("*"):
        kind = await bus.redis.type(key)
        value: object = key
        if kind == "hash":
            value = await bus.redis.hgetall(key)
        elif kind == "stream":
            value = await bus.redis.xrange(key)
        elif kind == "zset":
            value = await bus.redis.zrange(key, 0, -1)
        elif kind == "string":
            value = await bus.redis.get(key)
        if has_marker(repr((key, value))):
            found.append(str(key))
    if database_url.startswith("sqlite"):
        file = Path(database_url.split("///")[1])
        found += [
            p.name for p in file.parent.glob("vexa.db*") if has_marker(p.read_text("latin-1"))
        ]
    return found


def has_marker(text: str) -> bool:
    return MARKER in text or "abc-defg-hij" in text


async def test_erasing_leaves_nothing_that_was_said(
    client: httpx2.AsyncClient,
    meeting: say.KnownMeeting,
    database: Database,
    database_url: str,
    bus: Bus,
) -> None:
    entries: list[StreamEntry] = [
        say.started(meeting.id, "s1", MARKER),
        *(say.spoken(meeting.id, "s1", n, f"{MARKER} {n}", speaker=MARKER) for n in range(40)),
        say.spoken(meeting.id, "s1", 40, MARKER, completed=False),
    ]
    await say.write(bus, *entries)
    path = f"/meetings/{ADDRESS}"
    await client.patch(path, json={"data": {"name": MARKER, "participants": [MARKER]}})

    async def is_stored() -> bool:
        return len(await texts(client, f"/transcripts/{ADDRESS}")) == 41

    await wait_until(is_stored)
    dead: dict[Any, Any] = {
        "payload": entries[1].model_dump_json(),
        "reason": "test",
        "entry_id": "1-1",
    }
    await bus.redis.xadd(TRANSCRIPTION_DEAD_LETTERS, dead)
    share = (await client.post(f"{path}/share")).json()["share_id"]
    async with database.transaction() as session:
        session.add(MeetingPeopleRow(meeting_id=meeting.id, names=[MARKER], filled=[]))
    early = await client.delete(path)
    assert said(early) == (
        *(409, "Meeting not finalized; cannot delete transcripts. Current status: requested"),
    )
    await end(database, meeting.id)
    assert set(await holds_marker(database_url, database, bus)) >= {
        *("meetings", "transcriptions", "meeting_sessions", "transcription_segments:dead"),
        "meeting_people",
    }
    erased = await client.delete(path)
    assert (erased.status_code, erased.json()) == (
        200,
        {"message": f"Meeting {ADDRESS} transcripts deleted and data anonymized"},
    )
    # what was still on its way is not stored again
    await say.write(bus, *entries[:-1])
    await wait_until(lambda: _is_read(bus))
    await client.delete(f"/meetings/{meeting.id}")
    assert await holds_marker(database_url, database, bus) == ["transcription_segments"]
    await bus.redis.xtrim("transcription_segments", maxlen=0)
    assert await holds_marker(database_url, database, bus) == []
    assert said(await client.delete(path))[0] == 404
    left = (await client.get(f"/meetings/{meeting.id}")).json()
    assert (left["native_meeting_id"], left["constructed_meeting_url"]) == (None, None)
    assert left["data"]["redacted"] is True
    assert left["data"]["status_transition"][-1]["to"] == "failed"
    assert (await client.get(f"/public/transcripts/{share}.txt")).status_code == 404


async def _is_read(bus: Bus) -> bool:
    [group] = await bus.redis.xinfo_groups("transcription_segments")
    return bool(group["pending"] == 0 and group["lag"] in {0, None})


async def test_meetings_are_erased_when_their_time_is_over(
    client: httpx2.AsyncClient, meeting: say.KnownMeeting, database: Database, bus: Bus
) -> None:
    changes, clock = Changes(database, bus), SystemClock()
    assert await erase_due(changes, database, clock, 0) == 0
    await end(database, meeting.id, datetime.now(UTC) - timedelta(days=5))
    assert await erase_due(changes, database, clock, None) == 0
    assert await erase_due(changes, database, clock, 6) == 0
    assert (await client.patch(f"/meetings/{ADDRESS}", json={"retention_days": 9})).is_success
    assert await erase_due(changes, database, clock, 4) == 0
    async with database.transaction() as session:
        await session.execute(update(MeetingRow).values(retention_days=4))
    assert await erase_due(changes, database, clock, None) == 1
    assert await erase_due(changes, database, clock, None) == 0


async def test_internal_routes_are_closed_without_the_secret(
    client: httpx2.AsyncClient, meeting: say.KnownMeeting, database: Database
) -> None:
    key = users.key_digest(meeting.api_key)
    for path in (f"/internal/transcripts/{meeting.id}", "/internal/keys/ended"):
        for headers in ({}, {"X-Internal-Secret": "wrong"}, {"X-Admin-API-Key": SECRET}):
            assert (await client.get(path, headers=headers)).status_code == 403
    headers = {"X-Internal-Secret": SECRET}
    assert (await client.get(f"/internal/transcripts/{meeting.id}", headers=headers)).json() == []
    first = (await client.get("/internal/keys/ended", headers=headers)).json()
    assert first["sha256"] == []
    async with database.transaction() as session:
        await users.revoke_token(session, 1)
    params = {"since": first["until"]}
    then = await client.get("/internal/keys/ended", headers=headers, params=params)
    assert then.json()["sha256"] == [key]
