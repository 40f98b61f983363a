"""One participant's stream on its way to the speech server, over as many sockets as it takes.

The stream has one uid for its whole life. Whenever a socket is there, the server says from which
sample it wants to hear, and everything from there is sent again; what it calls durable is let go.
Of several replicas the next is tried whenever one refuses or is gone: a session's position is in
Redis, so any of them can go on with it. A stream that shall be heard in another language or task
drops its socket and says so in the next hello.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from vexa.bot.backlog import Backlog, Run
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.bot import SpeechWishes
from vexa.contracts.whisper_protocol import AUDIO_GAP, END_OF_AUDIO, SPEAKER, Hello

_log = structlog.get_logger(__name__)

#: First and longest pause between two sockets, seconds.
RETRY_FIRST_S = 0.3
RETRY_MAX_S = 5.0
#: How long the server may take to answer a hello, seconds.
ANSWER_S = 15.0
#: Longest block of sound in one message, samples: 1 s.
BLOCK = SAMPLE_RATE_HZ
_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """Where a stream goes, and as what. `url` may be several, parted by commas: replicas."""

    url: str
    hello: Hello

    @property
    def urls(self) -> list[str]:
        """The addresses, in order."""
        return [url.strip() for url in self.url.split(",") if url.strip()]


class SpeechStream:
    """A `StreamSink` with a socket behind it. `run` lives until the stream is finished."""

    def __init__(self, address: StreamAddress) -> None:
        # replicas share the load when streams begin at different ones
        urls = address.urls
        first = crc32(address.hello.uid.encode()) % len(urls)
        self._urls = deque([*urls[first:], *urls[:first]])
        self._hello = address.hello
        self._backlog = Backlog()
        self._news = asyncio.Event()
        self._finished = False
        self._told_name: str | None = None
        self._is_outdated = False
        self._sent = 0
        self.sound_samples = 0

    @property
    def uid(self) -> str:
        """The session's id at the speech server."""
        return self._hello.uid

    @property
    def name(self) -> str | None:
        """The participant's name, if known."""
        return self._hello.speaker

    def audio(self, samples: npt.NDArray[np.int16]) -> None:
        """Take sound: int16[n], mono, 16 kHz."""
        before = self._backlog.dropped
        self._backlog.add(samples)
        self.sound_samples += len(samples)
        if before == 0 and self._backlog.dropped:
            _log.warning("speech_dropped_from_backlog", uid=self.uid)
        self._news.set()

    def gap(self, samples: int) -> None:
        """Let silence pass."""
        self._backlog.skip(samples)
        self._news.set()

    def finish(self) -> None:
        """Nothing more will come."""
        self._finished = True
        self._news.set()

    def rename(self, name: str) -> None:
        """Give the stream its participant's name."""
        if name != self._hello.speaker:
            self._hello = self._hello.model_copy(update={"speaker": name})
            self._news.set()

    def listen_anew(self, speech: SpeechWishes) -> None:
        """Have what the server has not made finals of yet become text in another way.

        A stream that is finished stays as it is: nothing more will be said in it.
        """
        if self._finished:
            return
        self._hello = self._hello.model_copy(update=speech.model_dump())
        self._is_outdated = True
        self._news.set()

    async def run(self) -> None:
        """Send until the server has said goodbye to the finished stream, or this is cancelled."""
        pause_s = RETRY_FIRST_S
        while True:
            try:
                async with connect(self._urls[0], proxy=None, max_size=2**20) as socket:
                    position = await self._greet(socket)
                    pause_s = RETRY_FIRST_S
                    if await self._converse(socket, position):
                        return
                    if self._is_outdated:
                        continue
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, ValueError) as exc:
                _log.info("speech_socket_lost", uid=self.uid, cause=type(exc).__name__)
            self._urls.rotate(-1)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.6, RETRY_MAX_S)

    async def _greet(self, socket: ClientConnection) -> int:
        """Say hello; return the position that the server wants to hear from."""
        self._is_outdated = False
        await socket.send(self._hello.model_dump_json(exclude_none=True))
        self._told_name = self._hello.speaker
        async with asyncio.timeout(ANSWER_S):
            while True:
                message = json.loads(await socket.recv())
                if message.get("type") == "resume":
                    return int(message["from_sample"])
                if message.get("status") in {"ERROR", "WAIT"}:
                    _log.warning("speech_refused", uid=self.uid, status=message["status"])

    async def _converse(self, socket: ClientConnection, position: int) -> bool:
        """Send and listen; return True when the server has said goodbye."""
        self._sent = position
        self._news.set()
        sender = asyncio.ensure_future(self._send_all(socket))
        try:
            return await self._listen(socket)
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    async def _listen(self, socket: ClientConnection) -> bool:
        async for raw in socket:
            message: dict[str, Any] = json.loads(raw)
            if message.get("type") == "durable":
                self._backlog.forget(int(message["sample"]))
            elif message.get("message") == "DISCONNECT":
                return True
        return False

    async def _send_all(self, socket: ClientConnection) -> None:
        if self._told_name is not None:
            await self._tell_name(socket, self._told_name)
        while True:
            await self._news.wait()
            self._news.clear()
            if self._hello.speaker and self._hello.speaker != self._told_name:
                self._told_name = self._hello.speaker
                await self._tell_name(socket, self._told_name)
            while not self._is_outdated and (run := self._backlog.after(self._sent)) is not None:
                self._sent = await self._send_run(socket, run)
            if self._is_outdated:
                await socket.close()
                return
            if self._finished:
                await socket.send(END_OF_AUDIO)
                return

    @staticmethod
    async def _tell_name(socket: ClientConnection, name: str) -> None:
        await socket.send(json.dumps({"type": SPEAKER, "payload": {"name": name}}))

    @staticmethod
    async def _send_run(socket: ClientConnection, run: Run) -> int:
        if run.samples is None:
            await socket.send(json.dumps({"type": AUDIO_GAP, "payload": {"samples": run.length}}))
            return run.end
        block = run.samples[:BLOCK]
        await socket.send((block.astype("<f4") / np.float32(_FULL_SCALE)).tobytes())
        return run.start + len(block)
