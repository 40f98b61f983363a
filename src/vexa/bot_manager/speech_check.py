"""Asks whisperlive whether it could turn speech into text now."""

from __future__ import annotations

import httpx2

from vexa.kit.clock import Clock

#: One answer serves a burst of requests; a model that gets loaded is noticed within this time.
CACHE_S = 2.0
TIMEOUT_S = 2.0


class SpeechCheck:
    """Keeps the latest answer of whisperlive's readiness route for a moment."""

    def __init__(self, url: str, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._asked_s: float | None = None
        self._answer: str | None = None

    async def problem(self) -> str | None:
        """Say why nothing could be transcribed now, or None."""
        now_s = self._clock.monotonic_s()
        if self._asked_s is None or now_s - self._asked_s > CACHE_S:
            self._answer = await self._ask()
            self._asked_s = self._clock.monotonic_s()
        return self._answer

    async def _ask(self) -> str | None:
        try:
            response = await self._client.get(self._url, timeout=TIMEOUT_S)
        except httpx2.HTTPError:
            return (
                "The speech server whisperlive cannot be reached, so nothing could be transcribed."
            )
        if response.status_code == httpx2.codes.OK:
            return None
        return "No speech model is loaded, so nothing could be transcribed. See whisperlive's log."
