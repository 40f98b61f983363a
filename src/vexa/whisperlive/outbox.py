"""What waits to be sent to one client: of each kind only the newest, so it is bounded."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed


class Outbox:
    """Sends in the order in which kinds were first put; a newer message takes the old one's place.

    Every message is complete in itself, so a slow reader misses steps, never the outcome.
    """

    def __init__(self, client: ServerConnection, uid: str) -> None:
        self._client = client
        self._uid = uid
        self._waiting: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def put(self, kind: str, message: dict[str, Any]) -> None:
        """Queue a message in place of one of the same kind; never blocks."""
        self._waiting[kind] = {"uid": self._uid, **message}
        self._empty.clear()
        self._changed.set()

    async def run(self) -> None:
        """Send until cancelled, or until the client is gone."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                while self._waiting:
                    kind = next(iter(self._waiting))
                    message = self._waiting.pop(kind)
                    await self._client.send(json.dumps(message, ensure_ascii=False))
                self._empty.set()
        except ConnectionClosed:
            return
        finally:
            self._empty.set()

    async def sent(self) -> None:
        """Wait until everything was handed to the socket, or the client is gone."""
        await self._empty.wait()
