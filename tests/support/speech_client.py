"""Clients of whisperlive for tests: a stock one, and one that keeps its audio and resumes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.wait_until import wait_until
from vexa.contracts.whisper_protocol import END_OF_AUDIO
from vexa.kit.meeting_tokens import mint_meeting_token
from vexa.whisperlive.engines.base import Samples

SECRET = "test-internal-secret-of-32-bytes!"
BLOCK = 1600


def meeting_token(meeting_id: int, *, secret: str = SECRET, hours: float = 1.0) -> str:
    """Mint a bot's token."""
    return mint_meeting_token(
        secret,
        meeting_id=meeting_id,
        user_id=1,
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        now=datetime.now(UTC),
        lifetime=timedelta(hours=hours),
    )


def meeting_hello(uid: str, meeting_id: int = 7, **more: Any) -> dict[str, Any]:
    """What a bot says first."""
    return {
        "uid": uid,
        "language": "en",
        "task": "transcribe",
        "platform": "google_meet",
        "meeting_id": meeting_id,
        "token": meeting_token(meeting_id),
        "session_start": "2026-01-31T12:00:00.000Z",
        **more,
    }


class SpeechClient:
    """One socket: sends a hello and audio, and keeps every message that comes back."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []
        self._reader = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def open(cls, url: str, hello: dict[str, Any] | str, **options: Any) -> SpeechClient:
        """Connect and say hello."""
        client = cls(await connect(url, **options))
        await client.socket.send(hello if isinstance(hello, str) else json.dumps(hello))
        return client

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                self.messages.append(json.loads(message))

    async def send(self, samples: Samples) -> None:
        """Send audio in blocks of 100 ms, as fast as the server takes it."""
        for start in range(0, len(samples), BLOCK):
            await self.socket.send(samples[start : start + BLOCK].astype("<f4").tobytes())

    async def control(self, kind: str, **payload: Any) -> None:
        """Send a control message."""
        await self.socket.send(json.dumps({"type": kind, "payload": payload}))

    async def end(self, within_s: float = 60.0) -> None:
        """Say that the audio has ended, and wait for the goodbye."""
        await self.socket.send(END_OF_AUDIO)
        await self.closed(within_s)

    async def closed(self, within_s: float = 10.0) -> int | None:
        """Wait until the server has closed; return its code."""
        async with asyncio.timeout(within_s):
            await self._reader
            await self.socket.wait_closed()
        return self.socket.close_code

    async def aclose(self) -> None:
        """Drop the socket as a dying client does."""
        self.socket.transport.abort()
        await self._reader

    def find(self, **fields: Any) -> dict[str, Any] | None:
        """Return the newest message with these fields."""
        wanted = fields.items()
        found = (message for message in reversed(self.messages) if wanted <= message.items())
        return next(found, None)

    @property
    def finals(self) -> dict[int, str]:
        """Text by number of every final that came; fails when one changed."""
        found: dict[int, str] = {}
        for message in self.messages:
            for segment in message.get("segments", []):
                if segment["completed"]:
                    before = found.setdefault(segment["seq"], segment["text"])
                    assert before == segment["text"], "a final changed"
        return found


class ResumingClient:
    """Keeps all audio, and goes on from where the server says, on as many sockets as it takes."""

    def __init__(self, url: Callable[[], str], uid: str, audio: Samples, meeting_id: int) -> None:
        self._url = url
        self._hello = meeting_hello(uid, meeting_id, resume=True)
        self._audio = audio
        self.sockets = 0
        self.sent = 0
        self.durable = 0
        self.finals: dict[int, str] = {}
        self._running: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begin to send; return what ends with the server's goodbye."""
        self._running = asyncio.get_running_loop().create_task(self.run())
        return self._running

    async def run(self) -> None:
        """Send everything until the server has said goodbye."""
        await wait_until(self._try, within_s=120, what="goodbye of the server")

    async def has_sent(self, position: int) -> None:
        """Wait until the server was sent the audio before `position`, or all of it."""
        assert self._running is not None
        running, end = self._running, min(position, len(self._audio))
        await wait_until(lambda: running.done() or self.sent >= end, within_s=60)
        if running.done():
            running.result()

    async def _try(self) -> bool:
        try:
            async with connect(self._url(), ping_interval=None) as socket:
                await socket.send(json.dumps(self._hello))
                self.sockets += 1
                return await self._converse(socket)
        except (OSError, ConnectionClosed, InvalidHandshake):
            return False

    async def _converse(self, socket: ClientConnection) -> bool:
        sender: asyncio.Task[None] | None = None
        try:
            async for text in socket:
                message = json.loads(text)
                if message.get("type") == "resume":
                    assert message["from_sample"] >= self.durable, "audio was asked for again"
                    start = message["from_sample"]
                    sender = asyncio.get_running_loop().create_task(self._send(socket, start))
                if message.get("type") == "durable":
                    self.durable = message["sample"]
                for segment in message.get("segments", []):
                    if segment["completed"]:
                        before = self.finals.setdefault(segment["seq"], segment["text"])
                        assert before == segment["text"], "a final changed"
                if message.get("message") == "DISCONNECT":
                    return True
            return False
        finally:
            if sender is not None:
                sender.cancel()

    async def _send(self, socket: ClientConnection, start: int) -> None:
        with contextlib.suppress(ConnectionClosed):
            for position in range(start, len(self._audio), BLOCK):
                block = self._audio[position : position + BLOCK]
                await socket.send(block.astype("<f4").tobytes())
                self.sent = position + len(block)
                # gives a server that is far behind the time of a meeting
                await asyncio.sleep(0.002)
            await socket.send(END_OF_AUDIO)
