"""Tells live connections that their key no longer opens anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx2
import structlog
from pydantic import ValidationError

from vexa.contracts.http.keys import EndedKeys

_log = structlog.get_logger(__name__)

#: A revoked key must be noticed within a second.
EVERY_S = 0.4

OnEnd = Callable[[], None]


class EndedKeysWatch:
    """Asks the collector for ended keys while anyone is connected.

    Args:
        client: the gateway's pool.
        collector_url: where the collector is.
        secret: the internal secret.
    """

    def __init__(self, client: httpx2.AsyncClient, collector_url: str, secret: str) -> None:
        self._client = client
        self._url = collector_url.rstrip("/") + "/internal/keys/ended"
        self._headers = {"X-Internal-Secret": secret}
        self._watched: dict[str, set[OnEnd]] = {}
        self._someone = asyncio.Event()
        self._since: datetime | None = None

    def watch(self, digest: str, on_end: OnEnd) -> None:
        """Call `on_end` when the key with this SHA-256 is revoked or expires."""
        self._watched.setdefault(digest, set()).add(on_end)
        self._someone.set()

    def forget(self, digest: str, on_end: OnEnd) -> None:
        """Do not call it any more. Safe to call twice."""
        watchers = self._watched.get(digest, set())
        watchers.discard(on_end)
        if not watchers:
            self._watched.pop(digest, None)

    async def run(self) -> None:
        """Watch, for ever. While the collector is away nobody is told; then all at once."""
        while True:
            if not self._watched:
                self._someone.clear()
                self._since = None
                await self._someone.wait()
            try:
                await self._ask()
            except (httpx2.HTTPError, ValidationError) as exc:
                _log.warning("ended_keys_unknown", error=type(exc).__name__)
            await asyncio.sleep(EVERY_S)

    async def _ask(self) -> None:
        params = {"since": self._since.isoformat()} if self._since else {}
        answer = await self._client.get(self._url, params=params, headers=self._headers)
        answer.raise_for_status()
        ended = EndedKeys.model_validate_json(answer.content)
        self._since = ended.until
        for digest in ended.sha256:
            for on_end in tuple(self._watched.get(digest, ())):
                on_end()
