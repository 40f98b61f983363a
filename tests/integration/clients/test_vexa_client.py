"""Every method of `vexa-client` 0.5.4, unmodified, against the gateway alone."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from vexa_client import VexaClient, VexaClientError
from vexa_client.vexa import parse_url

from tests.support import speech_entries as say
from tests.support.programs import ADMIN_TOKEN
from tests.support.wait_until import wait_until
from tests.support.whole_server import WholeServer, whole_server
from vexa.bus.connection import Bus

MEETING = ("google_meet", "abc-defg-hij")
LINK = "https://meet.google.com/abc-defg-hij"
HOOK = "http://127.0.0.1:9/hook"


class Noting:
    """A client that notes which of its methods were used and came back."""

    def __init__(self, client: VexaClient, used: set[str]) -> None:
        self._client = client
        self._used = used

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(*arguments: Any, **named: Any) -> Any:
            result = method(*arguments, **named)
            self._used.add(name)
            return result

        return call


def methods() -> set[str]:
    members = inspect.getmembers(VexaClient, inspect.isroutine)
    return {name for name, _ in members if not name.startswith("_")}


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest) -> Iterator[WholeServer]:
    """The shared server on SQLite, and one of its own on Postgres."""
    if request.param == "sqlite":
        yield request.getfixturevalue("server")
        return
    database_url = request.getfixturevalue("postgres_url")
    redis_url = request.getfixturevalue("redis_url")
    folder: Path = request.getfixturevalue("tmp_path")
    with whole_server(database_url, redis_url, folder) as running:
        yield running


def sign_up(server: WholeServer, used: set[str]) -> Any:
    """Admin methods; return a client of the new user."""
    admin = Noting(VexaClient(base_url=server.url, admin_key=ADMIN_TOKEN), used)
    email = f"{uuid.uuid4().hex}@example.com"
    user = admin.create_user(email, "Ada", None, 2)
    assert admin.create_user_and_set_id(email)["id"] == user["id"]
    assert admin.update_user(user["id"], name="Ada L.")["name"] == "Ada L."
    assert admin.get_user_by_email(email)["max_concurrent_bots"] == 2
    assert user["id"] in [known["id"] for known in admin.list_users(0, 1000)]
    token = admin.create_token(user["id"])
    client = Noting(VexaClient(base_url=server.url), used)
    client.set_api_key(token["token"])
    return client


async def speak(server: WholeServer, meeting_id: int) -> None:
    bus = Bus(server.redis_url)
    await say.write(
        bus,
        say.started(meeting_id, "s1", "Ada"),
        say.spoken(meeting_id, "s1", 0, "Good morning.", speaker="Ada"),
        say.spoken(meeting_id, "s1", 1, "How are", completed=False, speaker="Ada"),
    )
    await bus.aclose()


def follow_meeting(server: WholeServer, client: Any) -> dict[str, Any]:
    """Methods of a meeting that goes on; return the meeting."""
    meeting: dict[str, Any] = client.request_bot(*MEETING, "Notes", "en", "transcribe")
    assert (meeting["platform"], meeting["native_meeting_id"]) == MEETING
    with pytest.raises(VexaClientError, match="HTTP Error 409"):
        client.request_bot_from_url(LINK)

    def is_active() -> bool:
        return [b["meeting_status"] for b in client.get_running_bots_status()] == ["active"]

    asyncio.run(wait_until(is_active, within_s=40))
    asyncio.run(speak(server, meeting["id"]))

    def has_both() -> bool:
        segments = client.get_transcript(*MEETING)["segments"]
        return [(s["text"], s["speaker"], s["completed"]) for s in segments] == [
            ("Good morning.", "Ada", True),
            ("How are", "Ada", False),
        ]

    asyncio.run(wait_until(has_both))
    assert client.get_transcript(*MEETING, meeting["id"])["id"] == meeting["id"]
    with pytest.raises(VexaClientError, match="Meeting not found for platform google_meet and ID"):
        client.get_transcript("google_meet", "xxx-yyyy-zzz")
    return meeting


def test_every_method(
    either: WholeServer, record_testsuite_property: Callable[[str, object], None]
) -> None:
    used: set[str] = set()
    client = sign_up(either, used)
    meeting = follow_meeting(either, client)
    changed = client.update_bot_config(*MEETING, language="de", task="translate")
    assert changed["message"] == "Reconfiguration request accepted and sent to the bot."

    client.update_meeting_data(*MEETING, "Budget", ["Ada"], ["en"], "ten thousand")
    known = client.get_meeting_by_id(*MEETING)
    assert known["id"] == meeting["id"]
    assert (known["data"]["language"], known["data"]["task"]) == ("de", "translate")
    assert client.get_meeting_metadata(known)["notes"] == "ten thousand"
    assert client.get_meeting_participants(known) == ["Ada"]
    assert client.get_meeting_languages(known) == ["en"]
    assert client.set_webhook_url(HOOK)["data"]["webhook_url"] == HOOK

    stopped = client.stop_bot(*MEETING)
    assert stopped["message"] == "Stop request accepted and is being processed."

    def has_ended() -> bool:
        return [m["status"] for m in client.get_meetings()] == ["completed"]

    asyncio.run(wait_until(has_ended, within_s=40))
    assert client.get_running_bots_status() == []
    # the client's own parser, and a second stay from the link
    assert parse_url(LINK) == ("google_meet", "abc-defg-hij", None)
    again = client.request_bot_from_url(LINK, "Notes")
    client.stop_bot(*MEETING)
    asyncio.run(wait_until(lambda: ended(client, again["id"]), within_s=40))
    assert "deleted" in client.delete_meeting(*MEETING)["message"]

    stranger = VexaClient(base_url=either.url, api_key="vx_not-a-key-at-all-000000")
    with pytest.raises(VexaClientError, match="HTTP Error 403"):
        stranger.get_meetings()
    record_testsuite_property("vexa_client_methods", len(used))
    assert methods() == used


def ended(client: Any, meeting_id: int) -> bool:
    return any(m["id"] == meeting_id and m["status"] == "completed" for m in client.get_meetings())
