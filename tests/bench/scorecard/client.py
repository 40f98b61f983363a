"""The scorecard as a client of the server, on every platform."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import connect

from vexa.demo.api_client import ApiClient, Frame


class ScorecardClient(ApiClient):
    """One user of the server. Every call raises `ApiRefused` when the server refuses."""

    async def send(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send a bot; return its meeting."""
        return await self._call("POST", "/bots", body)

    async def meeting(self, meeting_id: int) -> dict[str, Any]:
        """Return a meeting as it is now."""
        return await self._call("GET", f"/bots/id/{meeting_id}")

    async def bot_pid(self, meeting_id: int) -> int:
        """Return the process id of a running bot. Raises KeyError for none."""
        bots = {bot["meeting_id_from_name"]: bot for bot in await self.running_bots()}
        return int(bots[str(meeting_id)]["container_id"])

    async def stop(self, platform: str, native_id: str) -> None:
        """Take the bot out."""
        await self._call("DELETE", f"/bots/{platform}/{quote(native_id, safe='')}")

    async def segments(self, platform: str, native_id: str) -> list[dict[str, Any]]:
        """Return the transcript's segments."""
        body = await self._call("GET", f"/transcripts/{platform}/{quote(native_id, safe='')}")
        segments: list[dict[str, Any]] = body["segments"]
        return segments

    async def watch(self, platform: str, native_id: str) -> AsyncIterator[Frame]:
        """Yield frames of the live feed with their arrival in epoch seconds, until cancelled."""
        url = self._gateway_url.replace("http", "ws", 1) + "/ws?dialect=transcript.mutable"
        headers = {"X-API-Key": self.api_key}
        async with connect(url, additional_headers=headers, proxy=None) as feed:
            wanted = [{"platform": platform, "native_id": native_id}]
            await feed.send(json.dumps({"action": "subscribe", "meetings": wanted}))
            async for text in feed:
                yield time.time(), json.loads(text)
