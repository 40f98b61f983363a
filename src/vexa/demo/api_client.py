"""The demo as a client of the server: the same REST and WebSocket that everyone uses."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from vexa.contracts.errors import VexaError

Frame = tuple[float, dict[str, Any]]


class ApiRefused(VexaError):
    """The server refused a request of the demo."""

    code = "api_refused"


class ApiClient:
    """One user of the server."""

    def __init__(self, gateway_url: str, admin_token: str) -> None:
        self._gateway_url = gateway_url
        self._admin_token = admin_token
        self._key = ""
        self._http = httpx2.AsyncClient(base_url=gateway_url, timeout=30.0, trust_env=False)

    @property
    def api_key(self) -> str:
        """The user's key, once signed up; never to be printed."""
        return self._key

    async def sign_up(self) -> None:
        """Make a user and take its key."""
        body = {"email": "demo@example.com", "name": "Demo"}
        answer = await self._call("POST", "/users", body, {"X-Admin-Token": self._admin_token})
        self._key = answer["api_key"]

    async def send_bot(self, code: str) -> None:
        """Send a bot into a Google Meet."""
        await self._call(
            "POST",
            "/bots",
            {
                "platform": "google_meet",
                "native_meeting_id": code,
                "bot_name": "Vexa demo",
                "language": "en",
            },
        )

    async def stop_bot(self, code: str) -> None:
        """Take the bot out."""
        await self._call("DELETE", f"/bots/google_meet/{code}")

    async def running_bots(self) -> list[dict[str, Any]]:
        """Return the user's bots."""
        bots: list[dict[str, Any]] = (await self._call("GET", "/bots/status"))["running_bots"]
        return bots

    async def transcript(self, code: str) -> dict[str, Any]:
        """Return the transcript as REST gives it."""
        return await self._call("GET", f"/transcripts/google_meet/{code}")

    async def wait_for_status(self, code: str, wanted: set[str], within_s: float) -> dict[str, Any]:
        """Return the transcript once the meeting has one of the statuses, or time is over."""
        deadline_s = time.monotonic() + within_s
        while True:
            body = await self.transcript(code)
            if body["status"] in wanted or time.monotonic() > deadline_s:
                return body
            await asyncio.sleep(0.3)

    async def frames(self, code: str) -> AsyncIterator[Frame]:
        """Yield frames of the live feed with their arrival in epoch seconds, until cancelled."""
        url = self._gateway_url.replace("http", "ws", 1) + "/ws?dialect=transcript.mutable"
        async with connect(url, additional_headers={"X-API-Key": self._key}, proxy=None) as feed:
            wanted = [{"platform": "google_meet", "native_id": code}]
            await feed.send(json.dumps({"action": "subscribe", "meetings": wanted}))
            async for text in feed:
                yield time.time(), json.loads(text)

    async def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        sent = headers or {"X-API-Key": self._key}
        answer = await self._http.request(method, path, json=body, headers=sent)
        if answer.is_error:
            raise ApiRefused(f"{method} {path}: {answer.status_code} {answer.text}")
        result: dict[str, Any] = answer.json()
        return result

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
