"""One `/ws` connection: subscribe, unsubscribe, ping in; transcript and status frames out."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import WebSocket, WebSocketDisconnect

from vexa.api_gateway.authorization import Authorizer, NotAuthorized
from vexa.api_gateway.ended_keys import EndedKeysWatch
from vexa.api_gateway.outgoing import Outgoing, ready
from vexa.api_gateway.subscriptions import (
    Key,
    Wanted,
    acknowledged,
    error,
    own_places,
    read_wanted,
)
from vexa.bus.connection import Bus
from vexa.contracts.errors import Unavailable
from vexa.contracts.http.subscriptions import SubscribeAnswer
from vexa.contracts.live_feed import (
    CLOSE_MISSING_KEY,
    CLOSE_SLOW_READER,
    Dialect,
    FeedError,
)
from vexa.contracts.stream_names import meeting_feed, meeting_status
from vexa.kit.ready_frames import writer_of
from vexa.kit.tasks import BackgroundTasks
from vexa.platforms.base import AddressOptions

_log = structlog.get_logger(__name__)

#: Text that may wait for one reader; several minutes of a lively meeting.
MAX_WAITING_CHARS = 2_000_000
#: How long a reader gets to take its close frame.
CLOSE_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """Bounds of one connection; `links`: hosts of meetings that an operator named."""

    max_subscriptions: int
    queue_frames: int
    links: AddressOptions


@dataclass(frozen=True, slots=True)
class FeedParts:
    """What all connections share."""

    bus: Bus
    authorizer: Authorizer
    ended_keys: EndedKeysWatch


class FeedConnection:
    """Serves one client until it leaves, cannot keep up, or its key has ended."""

    def __init__(self, socket: WebSocket, parts: FeedParts, limits: FeedLimits) -> None:
        self._socket = socket
        self._bus = parts.bus
        self._authorizer = parts.authorizer
        self._ended_keys = parts.ended_keys
        self._limits = limits
        self._out = Outgoing(limits.queue_frames, MAX_WAITING_CHARS, writer_of(socket.scope))
        self._key_ended = asyncio.Event()
        self._followed: dict[Key, int] = {}
        self._api_key = ""
        self._dialect: Dialect | None = None

    async def serve(self) -> None:
        """Accept the socket and serve it to its end."""
        await self._socket.accept()
        self._api_key = self._socket.headers.get("x-api-key") or self._socket.query_params.get(
            "api_key", ""
        )
        if not self._api_key:
            await self._socket.send_text(json.dumps(error(FeedError.MISSING_API_KEY)))
            await self._socket.close(CLOSE_MISSING_KEY)
            return
        self._choose_dialect(self._socket.query_params.get("dialect"))
        tasks = BackgroundTasks()
        running = [
            tasks.spawn("feed-in", self._read()),
            tasks.spawn("feed-out", self._write()),
            tasks.spawn("feed-slow", self._out.slow.wait()),
            tasks.spawn("feed-key", self._key_ended.wait()),
        ]
        digest = hashlib.sha256(self._api_key.encode("utf-8", "surrogateescape")).hexdigest()
        self._ended_keys.watch(digest, self._key_ended.set)
        try:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ended_keys.forget(digest, self._key_ended.set)
            await tasks.aclose()
            await self._forget(list(self._followed))
        if self._key_ended.is_set():
            await self._say_key_ended()
        elif self._out.slow.is_set():
            _log.warning("slow_reader_dropped")
            await self._close(CLOSE_SLOW_READER)

    async def _say_key_ended(self) -> None:
        refusal = error(FeedError.AUTHORIZATION_SERVICE, status=403, detail="Invalid API token")
        with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_WAIT_S):
                await self._socket.send_text(json.dumps(refusal))
        await self._close(CLOSE_MISSING_KEY)

    async def _close(self, code: int) -> None:
        try:
            await asyncio.wait_for(self._socket.close(code), CLOSE_WAIT_S)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            return

    def _choose_dialect(self, asked: object) -> None:
        if not asked:
            return
        try:
            self._dialect = Dialect(str(asked))
        except ValueError:
            known = ", ".join(Dialect)
            self._send(
                error(FeedError.INVALID_SUBSCRIBE, details=f"dialect must be one of {known}")
            )

    async def _write(self) -> None:
        try:
            while True:
                await self._socket.send_text(await self._out.get())
        except (WebSocketDisconnect, RuntimeError):
            return

    async def _read(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            await self._take(received.get("text"))

    async def _take(self, text: str | None) -> None:
        try:
            message = json.loads(text or "")
        except (ValueError, RecursionError):
            return self._send(error(FeedError.INVALID_JSON))
        actions: dict[str, Callable[[dict[str, Any]], Coroutine[Any, Any, None]]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "ping": self._ping,
        }
        action = message.get("action") if isinstance(message, dict) else None
        act = actions.get(action) if isinstance(action, str) else None
        if act is None:
            return self._send(error(FeedError.UNKNOWN_ACTION))
        return await act(message)

    async def _ping(self, _message: dict[str, Any]) -> None:
        self._send({"type": "pong"})

    def _wanted(self, message: dict[str, Any]) -> Wanted | str:
        return read_wanted(message, self._limits.max_subscriptions, self._limits.links)

    async def _subscribe(self, message: dict[str, Any]) -> None:
        self._choose_dialect(message.get("dialect"))
        wanted = self._wanted(message)
        if isinstance(wanted, str):
            return self._send(error(FeedError.INVALID_SUBSCRIBE, details=wanted))
        problems = list(wanted.problems)
        followed: dict[Key, int] = {}
        if wanted.items:
            answer = await self._ask([key for _, key in wanted.items])
            if answer is None:
                return None
            problems += own_places(answer.errors, wanted.items)
            for item in answer.authorized:
                key = (item.platform, item.native_id)
                problem = await self._follow(key, int(item.meeting_id))
                if problem is None:
                    followed[key] = int(item.meeting_id)
                else:
                    problems.append(problem)
        if problems:
            self._send(error(FeedError.INVALID_SUBSCRIBE, details=problems))
        return self._send(acknowledged("subscribed", followed))

    async def _ask(self, keys: list[Key]) -> SubscribeAnswer | None:
        try:
            return await self._authorizer.ask(self._api_key, keys)
        except NotAuthorized as exc:
            refusal = error(FeedError.AUTHORIZATION_SERVICE, status=exc.status, detail=exc.detail)
        except Unavailable as exc:
            refusal = error(FeedError.AUTHORIZATION_FAILED, details=exc.detail)
        self._send(refusal)
        return None

    async def _follow(self, key: Key, meeting_id: int) -> str | None:
        """Subscribe to a meeting's channels; return what is wrong, if anything is."""
        if self._followed.get(key) == meeting_id:
            return None
        await self._forget([key])
        if len(self._followed) >= self._limits.max_subscriptions:
            return f"at most {self._limits.max_subscriptions} meetings can be followed"
        self._followed[key] = meeting_id
        try:
            await self._bus.subscribe(meeting_feed(meeting_id), self._on_transcript)
            await self._bus.subscribe(meeting_status(meeting_id), self._on_status)
        except Unavailable as exc:
            await self._forget([key])
            return exc.detail
        return None

    async def _unsubscribe(self, message: dict[str, Any]) -> None:
        wanted = self._wanted(message)
        if isinstance(wanted, str):
            return self._send(error(FeedError.INVALID_UNSUBSCRIBE, details=wanted))
        problems = list(wanted.problems)
        gone: dict[Key, int] = {}
        for index, key in wanted.items:
            if key in self._followed:
                gone[key] = self._followed[key]
            else:
                problems.append(f"meetings[{index}] not currently subscribed")
        await self._forget(list(gone))
        if problems:
            self._send(error(FeedError.INVALID_UNSUBSCRIBE, details=problems))
        return self._send(acknowledged("unsubscribed", gone))

    async def _forget(self, keys: list[Key]) -> None:
        for key in keys:
            meeting_id = self._followed.pop(key, None)
            if meeting_id is not None:
                await self._bus.unsubscribe(meeting_feed(meeting_id), self._on_transcript)
                await self._bus.unsubscribe(meeting_status(meeting_id), self._on_status)

    def _on_transcript(self, _channel: str, text: str) -> None:
        frame = ready(text)
        if self._dialect is None or frame.kind == self._dialect:
            self._out.put_ready(frame)

    def _on_status(self, _channel: str, text: str) -> None:
        self._out.put_ready(ready(text))

    def _send(self, frame: dict[str, Any]) -> None:
        self._out.put(json.dumps(frame, ensure_ascii=False))
