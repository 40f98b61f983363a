"""The call pair of n8n's HTTP Request nodes, as the public template sends them (wire.md §8.3)."""

from __future__ import annotations

import httpx2
import pytest

from tests.support import speech_entries as say
from tests.support.whole_server import User
from vexa.bus.connection import Bus

NATIVE_ID = "abc-defg-hij"
#: What the nodes add to every request.
NODE_HEADERS = {
    "accept": "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9",
    "user-agent": "n8n",
}
LATER_KEYS = {"transcription_tier": "realtime", "transcribe_enabled": True}
#: Keys that no generation has; nodes pass on whatever the step before gave.
UNKNOWN_KEYS = {"executionMode": "production", "row_number": 2, "meta": {"source": ["form", None]}}
BY_ID = {"platform": "google_meet", "native_meeting_id": NATIVE_ID}
BY_LINK = {"meeting_url": f"https://meet.google.com/{NATIVE_ID}?authuser=1"}


@pytest.mark.parametrize("place", [BY_ID, BY_LINK], ids=["id", "link"])
async def test_send_a_bot_then_read_the_transcript(
    user: User, bus: Bus, place: dict[str, str]
) -> None:
    headers = {**NODE_HEADERS, "x-api-key": user.api_key}
    async with httpx2.AsyncClient(
        base_url=user.server.url, headers=headers, timeout=30, trust_env=False
    ) as node:
        body = {**place, "bot_name": "Notes", **LATER_KEYS, **UNKNOWN_KEYS}
        sent = await node.post("/bots", json=body)
        assert sent.status_code == 201, sent.text
        meeting = sent.json()
        assert (meeting["platform"], meeting["native_meeting_id"]) == ("google_meet", NATIVE_ID)
        await user.has_status(meeting["id"], "active")
        await say.write(
            bus,
            say.started(meeting["id"], "s1", "Ada"),
            say.spoken(meeting["id"], "s1", 0, "Good morning.", speaker="Ada"),
        )
        await user.has_said(NATIVE_ID, "Good morning.")
        # an expression in the node leaves unknown parameters in the address
        path = f"/transcripts/google_meet/{NATIVE_ID}"
        read = await node.get(path, params={"$executionId": "1"})
        assert read.status_code == 200
        assert [s["text"] for s in read.json()["segments"]] == ["Good morning."]
        assert (await node.delete(f"/bots/google_meet/{NATIVE_ID}")).is_success
        await user.has_status(meeting["id"], "completed")
