"""All four services together: every documented route for every caller, and hostile input."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support import speech_entries as say
from tests.support.fuzzing import fuzz_service, throw_bodies
from tests.support.programs import ADMIN_TOKEN, Programs
from vexa.storage import users
from vexa.storage.database import Database
from vexa.storage.migrate import migrate

SERVICES = ("admin-api", "transcription-collector", "bot-manager", "api-gateway")
ANALYTICS_TOKEN = "test-analytics-token"
ENV = {
    "ANALYTICS_API_TOKEN": ANALYTICS_TOKEN,
    "BOT_COMMAND": "/bin/false",
    "MAX_BOTS": "100000",
    "DEFAULT_MAX_CONCURRENT_BOTS": "100000",
    "RATE_LIMIT_RPM": "0",
    "RATE_LIMIT_ADMIN_RPM": "0",
    "SKIP_TRANSCRIPTION_CHECK": "1",
}


@dataclass(frozen=True, slots=True)
class Server:
    """The running services, with a meeting and keys of several kinds."""

    programs: Programs
    meeting: say.KnownMeeting
    keys: dict[str, str]


async def _seed(url: str) -> tuple[say.KnownMeeting, dict[str, str]]:
    await migrate(url)
    database = Database(url)
    meeting = await say.make_meeting(database)
    stranger = await say.make_meeting(database, "xyz-abcd-efg")
    async with database.transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        expired = await users.mint_token(session, 1, expires_at=past)
        revoked = await users.mint_token(session, 1)
        for_bots = await users.mint_token(session, 1, scopes=["bot"])
        for_transcripts = await users.mint_token(session, 1, scopes=["tx"])
        await users.revoke_token(session, revoked.row.id)
    await database.aclose()
    return meeting, {
        "own": meeting.api_key,
        "stranger": stranger.api_key,
        "expired": expired.api_key,
        "revoked": revoked.api_key,
        "bot": for_bots.api_key,
        "tx": for_transcripts.api_key,
    }


@pytest.fixture(scope="module")
def server(redis_session: str) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="vexa-api-"))
    url = f"sqlite+aiosqlite:///{folder / 'vexa.db'}"
    meeting, keys = asyncio.run(_seed(url))
    programs = Programs(url, redis_session, folder, ENV)
    try:
        for name in SERVICES:
            programs.start(name)
        yield Server(programs, meeting, keys)
    finally:
        programs.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def gateway(server: Server) -> Iterator[httpx2.Client]:
    url = server.programs.url("api-gateway")
    with httpx2.Client(base_url=url, timeout=30, trust_env=False) as client:
        yield client


def operations(gateway: httpx2.Client, security: str) -> list[tuple[str, str]]:
    """Methods and paths of the operations that a header opens."""
    return [
        (method.upper(), path)
        for path, item in gateway.get("/openapi.json").json()["paths"].items()
        for method, operation in item.items()
        if {security: []} in operation.get("security", [])
    ]


def filled(path: str, meeting: say.KnownMeeting) -> str:
    """A path to the first user's objects."""
    values = {
        "platform": "google_meet",
        "native_meeting_id": meeting.native_id,
        "meeting_id": str(meeting.id),
        "email": "nobody@example.com",
    }
    return re.sub(r"{(\w+)}", lambda match: values.get(match[1], "1"), path)


def said(answer: httpx2.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


def test_no_route_opens_to_a_key_that_must_not_open_it(
    server: Server, gateway: httpx2.Client
) -> None:
    routes = operations(gateway, "ApiKey")
    assert len(routes) > 20
    for method, path in routes:
        place = filled(path, server.meeting)

        def ask(
            headers: dict[str, str], method: str = method, place: str = place
        ) -> tuple[int, Any]:
            return said(gateway.request(method, place, headers=headers, json={}))

        missing = (403, "missing_api_key")
        if path.startswith("/user/"):
            missing = (401, "not_authenticated")
        assert ask({}) == missing, path
        assert ask({"X-Admin-API-Key": ADMIN_TOKEN}) == missing, path
        for key in ("vx_unknown-key-0123456789", server.keys["expired"], server.keys["revoked"]):
            assert ask({"X-API-Key": key}) == (403, "invalid_api_key"), path
        if path == "/auth/me":
            continue
        wrong = "bot" if path.startswith(("/meetings", "/transcripts")) else "tx"
        assert ask({"X-API-Key": server.keys[wrong]}) == (403, "insufficient_scope"), path


def test_objects_of_others_look_like_missing_ones(server: Server, gateway: httpx2.Client) -> None:
    stranger = {"X-API-Key": server.keys["stranger"]}
    nobody = say.KnownMeeting(10**6, "", "aaa-bbbb-ccc")
    seen = 0
    for method, path in operations(gateway, "ApiKey"):
        if not re.search("{(meeting_id|native_meeting_id|delivery_id)}", path):
            continue
        body = {"data": {"name": "x"}}
        theirs, missing = (
            gateway.request(method, filled(path, meeting), headers=stranger, json=body)
            for meeting in (server.meeting, nobody)
        )
        assert said(theirs) == said(missing) == (404, "not_found"), path
        seen += 1
    assert seen >= 12
    own = {"X-API-Key": server.keys["own"]}
    listed = gateway.get("/meetings", headers=own).json()["meetings"]
    assert [meeting["id"] for meeting in listed] == [server.meeting.id]
    assert "name" not in listed[0]["data"]


def test_admin_routes_open_to_admin_tokens_only(server: Server, gateway: httpx2.Client) -> None:
    routes = operations(gateway, "AdminToken")
    assert len(routes) >= 13
    for method, path in routes:
        place = filled(path, server.meeting)
        for headers in (
            *({}, {"X-API-Key": server.keys["own"]}, {"X-API-Key": ADMIN_TOKEN}),
            *({"X-Admin-API-Key": server.keys["own"]}, {"X-Admin-Token": ADMIN_TOKEN + "x"}),
        ):
            answer = gateway.request(method, place, headers=headers, json={})
            assert said(answer) == (403, "invalid_admin_token"), path
        reading = gateway.request(
            method, place, headers={"X-Admin-Token": ANALYTICS_TOKEN}, json={}
        )
        if method == "GET":
            assert reading.status_code in {200, 404}, path
        else:
            assert said(reading) == (403, "read_only_token"), path


def test_internal_routes_cannot_be_reached(server: Server, gateway: httpx2.Client) -> None:
    headers = {"X-API-Key": server.keys["own"], "X-Admin-API-Key": ADMIN_TOKEN}
    for name in ("transcription-collector", "bot-manager"):
        url = server.programs.url(name)
        paths = httpx2.get(f"{url}/openapi.json").json()["paths"]
        internal = [path for path in paths if "internal" in path]
        assert internal
        for path in internal:
            place = filled(path, server.meeting)
            for method in paths[path]:
                assert gateway.request(method, place, headers=headers).status_code in {404, 405}
                direct = httpx2.request(method, url + place, headers=headers)
                assert direct.status_code in {401, 403}, path


@pytest.mark.parametrize("name", SERVICES)
def test_hostile_input_is_answered_as_documented(server: Server, name: str) -> None:
    url = server.programs.url(name)
    headers = {"X-API-Key": server.keys["stranger"], "X-Admin-API-Key": ADMIN_TOKEN}
    found = fuzz_service(url, headers, examples=2)
    assert found.problems == []
    assert found.operations >= 10
    assert throw_bodies(url, headers, seed=1, count=40).problems == []
    assert "Traceback" not in server.programs.logs()
