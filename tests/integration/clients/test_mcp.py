"""Clients of the official MCP SDK, of both protocol eras, against the running gateway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from tests.support import speech_entries as say
from tests.support.wait_until import wait_until
from tests.support.whole_server import JITSI_HOST, User
from vexa.bus.connection import Bus
from vexa.contracts.stream_names import meeting_feed

NATIVE_ID = "abc-defg-hij"
URI = f"vexa://transcripts/google_meet/{NATIVE_ID}"
MEETING = {"meeting_platform": "google_meet", "meeting_id": NATIVE_ID}
GENERATION_0_6 = {
    *("request_meeting_bot", "get_meeting_transcript", "get_bot_status", "update_bot_config"),
    *("stop_bot", "list_meetings", "update_meeting_data", "delete_meeting"),
}
GENERATION_0_10 = GENERATION_0_6 | {
    *("list_recordings", "get_recording", "delete_recording", "get_recording_media_download"),
    *("get_recording_config", "update_recording_config", "get_meeting_bundle"),
    *("create_transcript_share_link", "parse_meeting_link"),
}
PROMPTS = {
    "vexa.meeting_prep",
    "vexa.during_meeting",
    "vexa.post_meeting",
    "vexa.teams_link_help",
}
#: `legacy` opens a session with `initialize`; the other sends single requests.
ERAS = ("legacy", "2026-07-28")

pytestmark = pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")


@asynccontextmanager
async def connected(user: User, era: str = ERAS[0], **options: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {user.api_key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
        transport = streamable_http_client(user.server.url + "/mcp", http_client=http)
        async with Client(transport, mode=era, **options) as client:
            yield client


async def used(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


async def refused(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return result.structured_content


async def test_tools_do_what_the_routes_do(user: User, bus: Bus) -> None:
    async with connected(user) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(listed) >= GENERATION_0_10
        assert all(tool.description and tool.input_schema for tool in listed.values())
        link = f"https://meet.google.com/{NATIVE_ID}?authuser=0"
        parsed = await used(client, "parse_meeting_link", meeting_url=link)
        assert (parsed["platform"], parsed["native_meeting_id"]) == ("google_meet", NATIVE_ID)
        own = await used(client, "parse_meeting_link", meeting_url=f"https://{JITSI_HOST}/Weekly")
        assert (own["platform"], own["native_meeting_id"]) == ("jitsi", f"weekly@{JITSI_HOST}")
        meeting = await used(client, "request_meeting_bot", meeting_url=link)
        again = await used(client, "request_meeting_bot", native_meeting_id=NATIVE_ID)
        assert again["status"] == "already_exists"
        await user.has_status(meeting["id"], "active")
        await say.write(
            bus,
            say.started(meeting["id"], "s1", "Ada"),
            say.spoken(meeting["id"], "s1", 0, "Good morning.", speaker="Ada"),
        )

        async def has_text() -> Any:
            transcript = await used(client, "get_meeting_transcript", **MEETING)
            return transcript if transcript["segments"] else None

        transcript = await wait_until(has_text)
        path = f"/transcripts/google_meet/{NATIVE_ID}"
        assert transcript == user.json("GET", path)
        assert await used(client, "get_bot_status") == user.json("GET", "/bots/status")
        assert (await used(client, "list_meetings"))["meetings"][0]["id"] == meeting["id"]
        changed = await used(client, "update_meeting_data", name="Budget", notes="n", **MEETING)
        assert (changed["data"]["name"], changed["data"]["notes"]) == ("Budget", "n")
        settings = {"language": "de", "allowed_languages": ["de"], "hotwords": "Ada"}
        assert (await used(client, "update_bot_config", **settings, **MEETING))["message"]
        (row,) = user.json("GET", "/meetings")["meetings"]
        assert {key: row["data"][key] for key in settings} == settings
        share = await used(client, "create_transcript_share_link", ttl_seconds=600, **MEETING)
        assert share["url"].startswith(f"{user.server.url}/public/transcripts/")
        bundle = await used(client, "get_meeting_bundle", **MEETING)
        assert (bundle["id"], bundle["notes"], "segments" in bundle) == (meeting["id"], "n", False)
        assert bundle["share_link"]["url"] != share["url"]
        early = await refused(client, "delete_meeting", **MEETING)
        assert early["status_code"] == 409
        assert (await used(client, "stop_bot", **MEETING))["message"]
        await user.has_status(meeting["id"], "completed")
        assert (await used(client, "delete_meeting", **MEETING))["message"]
        gone = await refused(client, "get_meeting_transcript", **MEETING)
        assert gone["code"] == "not_found"


@pytest.mark.parametrize("era", ERAS)
async def test_refusals_are_mcp_errors(user: User, era: str) -> None:
    async with connected(user, era) as client:
        missing = await refused(client, "get_meeting_transcript", meeting_id="xxx-yyyy-zzz")
        assert (missing["status_code"], missing["code"]) == (404, "not_found")
        bad = await refused(client, "request_meeting_bot", native_meeting_id="not a code")
        assert (bad["status_code"], bad["code"]) == (422, "invalid_input")
        link = await refused(client, "parse_meeting_link", meeting_url="https://example.com/x")
        assert link["code"] == "invalid_input"
        no_bot = await refused(client, "update_bot_config", language="de", **MEETING)
        assert (no_bot["status_code"], no_bot["code"]) == (404, "not_found")
        unknown = await refused(client, "get_bot_status", colour="red")
        assert unknown["detail"] == "colour: unknown argument; known: none"
        both = await refused(client, "request_meeting_bot", meeting_url="x", native_meeting_id="y")
        assert "exactly one of meeting_url and native_meeting_id" in both["detail"]
        for tool, arguments in (
            ("list_recordings", {}),
            ("get_recording", {"recording_id": 1}),
            ("delete_recording", {"recording_id": 1}),
            ("get_recording_media_download", {"recording_id": 1, "media_file_id": 2}),
            ("get_recording_config", {}),
            ("update_recording_config", {"enabled": True}),
        ):
            later = await refused(client, tool, **arguments)
            assert (later["status_code"], later["code"]) == (501, "not_implemented"), tool
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("make_coffee", {})
        with pytest.raises(MCPError, match="Meeting not found"):
            await client.read_resource("vexa://transcripts/google_meet/xxx-yyyy-zzz")
        with pytest.raises(MCPError, match="Resources have the form"):
            await client.read_resource("file:///etc/passwd")


async def test_prompts_are_filled(user: User) -> None:
    async with connected(user) as client:
        assert {prompt.name for prompt in (await client.list_prompts()).prompts} == PROMPTS
        for name in PROMPTS:
            given = {"meeting_url": "https://example.com/a", **MEETING}
            message = (await client.get_prompt(name, given)).messages[0]
            assert "https://example.com/a" in str(message) or NATIVE_ID in str(message)
        with pytest.raises(MCPError, match="Missing arguments: meeting_id"):
            await client.get_prompt("vexa.during_meeting", {"meeting_platform": "google_meet"})


@pytest.mark.parametrize("era", ERAS)
async def test_a_live_transcript_tells_its_followers(user: User, bus: Bus, era: str) -> None:
    meeting = await user.send_bot(NATIVE_ID)
    told: list[str] = []

    async def on_message(message: Any) -> None:
        told.append(getattr(message, "method", ""))

    async def speak() -> None:
        await say.write(bus, say.spoken(meeting["id"], "s1", 0, "Good morning.", speaker="Ada"))

    async with connected(user, era, message_handler=on_message) as client:
        assert [str(r.uri) for r in (await client.list_resources()).resources] == [URI]
        templates = (await client.list_resource_templates()).resource_templates
        assert templates[0].uri_template.startswith("vexa://transcripts/")
        if era == "legacy":
            await client.subscribe_resource(URI)
            await speak()
            await wait_until(lambda: "notifications/resources/updated" in told)
        else:
            async with client.listen(resource_subscriptions=[URI]) as changes:
                await speak()
                assert (await anext(changes)).uri == URI  # type: ignore[union-attr]
        content = (await client.read_resource(URI)).contents[0]
        assert json.loads(content.text)["segments"][0]["text"] == "Good morning."  # type: ignore[union-attr]
    # neither an ended session nor an ended stream leaves a reader behind
    await wait_until(lambda: nobody_listens(bus, meeting["id"]))


async def nobody_listens(bus: Bus, meeting_id: int) -> bool:
    return await bus.publish(meeting_feed(meeting_id), "{}") == 0


async def test_an_ended_key_is_told_nothing_more(user: User, bus: Bus) -> None:
    meeting = await user.send_bot(NATIVE_ID)
    ending, staying = user.new_key(), user
    told: dict[str, set[str]] = {"ending": set(), "staying": set()}

    def listener(name: str) -> Any:
        async def on_message(message: Any) -> None:
            told[name].add(getattr(message, "method", ""))

        return on_message

    async with (
        connected(ending.user, message_handler=listener("ending")) as first,
        connected(staying, message_handler=listener("staying")) as second,
    ):
        await first.subscribe_resource(URI)
        await second.subscribe_resource(URI)
        numbers = iter(range(1000))

        async def told_by_a_word() -> set[str]:
            for names in told.values():
                names.clear()
            number = next(numbers)
            await say.write(bus, say.spoken(meeting["id"], "s1", number, f"Word {number}."))
            await wait_until(lambda: told["staying"])
            return told["ending"]

        await wait_until(told_by_a_word, what="both told")
        ending.revoke()

        async def told_alone() -> bool:
            return not await told_by_a_word()

        await wait_until(told_alone, what="the ended key told nothing")
        assert [await told_alone() for _ in range(3)] == [True] * 3


async def test_nobody_follows_the_meeting_of_another(user: User) -> None:
    await user.send_bot(NATIVE_ID)
    other = user.server.new_user()
    async with connected(other) as client:
        assert (await client.list_resources()).resources == []
        with pytest.raises(MCPError, match="No meeting of yours"):
            await client.subscribe_resource(URI)
    async with connected(other, ERAS[1]) as client:
        with pytest.raises(MCPError, match="No meeting of yours"):
            async with client.listen(resource_subscriptions=[URI]):
                pass


NO_CAPABILITIES: dict[str, object] = {"io.modelcontextprotocol/clientCapabilities": {}}


async def test_hostile_input_is_the_callers_fault(user: User) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("tools/call", {"name": "get_meeting_transcript", "arguments": {"meeting_id": "\ud800"}}),
        ("tools/call", {"name": "stop_bot", "arguments": {"meeting_id": "../../admin/users"}}),
        ("prompts/get", {"name": "vexa.meeting_prep", "arguments": {"notes": "\ud800"}}),
        ("resources/read", {"uri": "vexa://transcripts/google_meet/\ud800"}),
        ("resources/read", {"uri": "vexa://transcripts/%00/%ff"}),
        ("resources/subscribe", {"uri": "vexa://transcripts/google_meet/%2e%2e"}),
    ]
    bodies = [b"", b"{", b"null", b"\xff", b"[" * 100_000, b"{}", json.dumps([INITIALIZE]).encode()]
    headers = {**ACCEPT, "Content-Type": "application/json", "X-API-Key": user.api_key}
    async with httpx2.AsyncClient(base_url=user.server.url, timeout=30, trust_env=False) as http:
        opened = await http.post("/mcp", json=INITIALIZE, headers=headers)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        for method, params in calls:
            envelope = {"io.modelcontextprotocol/protocolVersion": ERAS[1], **NO_CAPABILITIES}
            single = {
                "MCP-Protocol-Version": ERAS[1],
                "Mcp-Method": method,
                "Mcp-Name": params.get("name") or params["uri"],
            }
            eras: list[tuple[dict[str, str], dict[str, Any]]] = [(session, {})]
            if single["Mcp-Name"].isascii():
                eras.append((single, {"_meta": envelope}))
            for era, meta in eras:
                call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, **meta}}
                answer = await http.post(
                    "/mcp", content=json.dumps(call).encode(), headers={**headers, **era}
                )
                assert answer.status_code < 500, call
                assert "Internal" not in answer.text, call
                assert '"error"' in answer.text or '"isError":true' in answer.text, call
        for era in ({}, session, {"MCP-Protocol-Version": ERAS[1]}):
            for body in bodies:
                answer = await http.post("/mcp", content=body, headers={**headers, **era})
                assert 400 <= answer.status_code < 500, (era, body[:20])
        key = {b"Authorization": "Bearer é".encode("latin-1"), b"Accept": b"*/*"}
        strange = await http.post("/mcp", json=INITIALIZE, headers=key)
        assert strange.status_code == 401


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


async def test_key_as_bearer_raw_or_x_api_key(user: User) -> None:
    async with httpx2.AsyncClient(base_url=user.server.url, timeout=30, trust_env=False) as http:
        for headers in (
            {"Authorization": f"Bearer {user.api_key}"},
            {"Authorization": user.api_key},
            {"x-api-key": user.api_key},
        ):
            answer = await http.post("/mcp", json=INITIALIZE, headers={**ACCEPT, **headers})
            assert (answer.status_code, "vexa" in answer.text) == (200, True)
        wrong = {**ACCEPT, "Authorization": "Bearer vx_wrong"}
        refused = await http.post("/mcp", json=INITIALIZE, headers=wrong)
        assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
        nobody = await http.post("/mcp", json=INITIALIZE, headers=ACCEPT)
        assert (nobody.status_code, nobody.json()["code"]) == (401, "not_authenticated")
        # a session opens only to the key that made it
        session = {"Mcp-Session-Id": answer.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        for key, status in ((user.api_key, 200), (user.server.new_user().api_key, 404)):
            headers = {**ACCEPT, **session, "Authorization": f"Bearer {key}"}
            assert (await http.post("/mcp", json=ping, headers=headers)).status_code == status
