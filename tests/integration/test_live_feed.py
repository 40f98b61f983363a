"""`/ws` end to end: gateway and collector processes, real Redis, a real WebSocket client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support import speech_entries as say
from tests.support.programs import Programs
from tests.support.wait_until import wait_until
from vexa.bus.connection import Bus
from vexa.contracts.live_feed import CLOSE_MISSING_KEY, CLOSE_SLOW_READER
from vexa.contracts.stream_names import meeting_feed, meeting_status
from vexa.storage import users
from vexa.storage.database import Database

ITEM = {"platform": "google_meet", "native_id": "abc-defg-hij"}


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url)
    yield bus
    await bus.aclose()


@pytest.fixture
async def meeting(sqlite_url: str) -> say.KnownMeeting:
    database = Database(sqlite_url)
    meeting = await say.make_meeting(database)
    await database.aclose()
    return meeting


@pytest.fixture
async def programs(
    sqlite_url: str, redis_url: str, tmp_path: Path, meeting: say.KnownMeeting
) -> AsyncIterator[Programs]:
    programs = Programs(sqlite_url, redis_url, tmp_path)
    try:
        for name in ("transcription-collector", "api-gateway"):
            await asyncio.to_thread(programs.start, name)
        yield programs
    finally:
        await asyncio.to_thread(programs.stop)


def address(programs: Programs, query: str = "") -> str:
    return f"ws://127.0.0.1:{programs.ports['api-gateway']}/ws{query}"


async def ask(socket: ClientConnection, message: object) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    await socket.send(text)
    return await heard(socket)


async def heard(socket: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return frame


async def test_drafts_finals_and_status_reach_a_subscriber(
    programs: Programs, meeting: say.KnownMeeting, bus: Bus
) -> None:
    headers = {"X-API-Key": meeting.api_key}
    async with connect(address(programs), additional_headers=headers) as socket:
        assert await ask(socket, {"action": "subscribe", "meetings": [ITEM]}) == {
            "type": "subscribed",
            "meetings": [{**ITEM, "id": meeting.id}],
        }
        await say.write(
            bus,
            say.started(meeting.id, "s1", "Ada"),
            say.spoken(meeting.id, "s1", 0, "hel", completed=False, speaker="Ada"),
            say.spoken(meeting.id, "s1", 0, "Hello.", speaker="Ada"),
        )
        frames = [await heard(socket) for _ in range(4)]
        assert [frame["type"] for frame in frames] == ["transcript.mutable", "transcript"] * 2
        assert all(frame["meeting"] == {"id": meeting.id} for frame in frames)
        draft, final = (frames[n]["payload"]["segments"][0] for n in (0, 2))
        assert (draft["text"], draft["completed"]) == ("hel", False)
        assert (final["text"], final["completed"], final["speaker"]) == ("Hello.", True, "Ada")
        assert draft["segment_id"] == final["segment_id"]
        assert draft["updated_at"] <= final["updated_at"]
        assert frames[3]["confirmed"][0]["text"] == "Hello."
        status = {"type": "meeting.status", "meeting": {"id": meeting.id}, "payload": {}}
        await bus.publish(meeting_status(meeting.id), json.dumps(status))
        assert await heard(socket) == status
        gone = await ask(socket, {"action": "unsubscribe", "meetings": [ITEM]})
        assert gone == {"type": "unsubscribed", "meetings": [{**ITEM, "id": meeting.id}]}
        await wait_until(lambda: nobody_listens(bus, meeting.id))


async def nobody_listens(bus: Bus, meeting_id: int) -> bool:
    return await bus.publish(meeting_feed(meeting_id), "{}") == 0


async def test_dialect_takes_one_kind_of_transcript_frame(
    programs: Programs, meeting: say.KnownMeeting, bus: Bus
) -> None:
    query = f"?api_key={meeting.api_key}&dialect=transcript"
    async with connect(address(programs, query)) as socket:
        await ask(socket, {"action": "subscribe", "meetings": [ITEM]})
        await say.write(bus, *(say.spoken(meeting.id, "s1", n, f"t{n}") for n in range(3)))
        frames = [await heard(socket) for _ in range(3)]
    assert [frame["type"] for frame in frames] == ["transcript"] * 3
    assert meeting.api_key not in programs.logs()


async def test_errors_have_the_codes_and_texts_of_the_wire(
    programs: Programs, meeting: say.KnownMeeting
) -> None:
    async with connect(address(programs)) as socket:
        assert await heard(socket) == {"type": "error", "error": "missing_api_key"}
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CLOSE_MISSING_KEY
    async with connect(address(programs, f"?api_key={meeting.api_key}")) as socket:
        assert (await ask(socket, "{nope"))["error"] == "invalid_json"
        assert (await ask(socket, '"text"'))["error"] == "unknown_action"
        assert (await ask(socket, {"action": "dance"}))["error"] == "unknown_action"
        assert await ask(socket, {"action": "ping"}) == {"type": "pong"}
        empty = await ask(socket, {"action": "subscribe", "meetings": []})
        assert empty["error"] == "invalid_subscribe_payload"
        other = {"platform": "google_meet", "native_id": "xxx-yyyy-zzz"}
        bad = {"platform": "google_meet", "native_id": "BAD"}
        partial = {"action": "subscribe", "meetings": [7, {"platform": "x"}, other, ITEM, bad]}
        assert (await ask(socket, partial))["details"] == [
            "meetings[0] must be an object",
            "meetings[1] missing 'platform' or 'native_id'",
            "meetings[2] not authorized or not found for user",
            "meetings[4] invalid native_meeting_id for platform 'google_meet'",
        ]
        assert (await heard(socket))["meetings"] == [{**ITEM, "id": meeting.id}]
        gone = await ask(socket, {"action": "unsubscribe", "meetings": [other]})
        assert gone["details"] == ["meetings[0] not currently subscribed"]
        assert await heard(socket) == {"type": "unsubscribed", "meetings": []}
    async with connect(address(programs, "?api_key=vx_wrong-key-0123456789")) as socket:
        refused = await ask(socket, {"action": "subscribe", "meetings": [ITEM]})
        assert (refused["error"], refused["status"]) == ("authorization_service_error", 403)
        assert "Invalid API token" in refused["detail"]


async def test_links_and_dialect_are_taken_in_a_subscription(
    programs: Programs, meeting: say.KnownMeeting, bus: Bus
) -> None:
    async with connect(address(programs, f"?api_key={meeting.api_key}")) as socket:
        link = "https://meet.google.com/abc-defg-hij?authuser=0"
        for item in ({"meeting_url": link}, {"platform": "google_meet", "native_id": link}):
            message = {"action": "subscribe", "meetings": [item], "dialect": "transcript"}
            answer = await ask(socket, message)
            assert answer["meetings"] == [{**ITEM, "id": meeting.id}]
        bad = {"action": "subscribe", "meetings": [{"meeting_url": "https://x.example/"}]}
        refused = await ask(socket, bad)
        assert refused["error"] == "invalid_subscribe_payload"
        assert refused["details"][0].startswith("meetings[0] meeting_url holds no link")
        assert (await heard(socket))["meetings"] == []
        await say.write(bus, say.spoken(meeting.id, "s1", 0, "one"))
        assert (await heard(socket))["type"] == "transcript"


async def test_revoked_key_ends_its_live_feed(
    programs: Programs, meeting: say.KnownMeeting, sqlite_url: str
) -> None:
    database = Database(sqlite_url)
    async with connect(address(programs, f"?api_key={meeting.api_key}")) as socket:
        await ask(socket, {"action": "subscribe", "meetings": [ITEM]})
        async with database.transaction() as session:
            [token] = await users.live_tokens(session, 1)
            await users.revoke_token(session, token.id)
        refusal = await heard(socket)
        assert (refusal["error"], refusal["status"]) == ("authorization_service_error", 403)
        with pytest.raises(ConnectionClosed) as closed:
            await heard(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CLOSE_MISSING_KEY
    await database.aclose()


async def read_to_the_end(socket: ClientConnection) -> None:
    while True:
        await asyncio.wait_for(socket.recv(), 10)


async def test_reader_that_does_not_read_is_dropped_and_others_go_on(
    programs: Programs, meeting: say.KnownMeeting, bus: Bus
) -> None:
    query = f"?api_key={meeting.api_key}"
    # a small queue on the client makes its TCP window close soon
    slow_socket = connect(address(programs, query), max_queue=1, max_size=None, compression=None)
    async with slow_socket as slow, connect(address(programs, query), max_size=None) as quick:
        for socket in (slow, quick):
            await ask(socket, {"action": "subscribe", "meetings": [ITEM]})
        text = json.dumps(
            {"type": "transcript", "meeting": {"id": meeting.id}, "pad": "x" * 90_000}
        )

        async def drops() -> bool:
            listeners = await bus.publish(meeting_feed(meeting.id), text)
            assert listeners == 1
            assert (await heard(quick))["type"] == "transcript"
            return "slow_reader_dropped" in programs.logs()

        await wait_until(drops, within_s=30)
        with pytest.raises(ConnectionClosed) as closed:
            await read_to_the_end(slow)
        code = closed.value.rcvd.code if closed.value.rcvd else None
        assert code in {CLOSE_SLOW_READER, None}
        assert await ask(quick, {"action": "ping"}) == {"type": "pong"}
