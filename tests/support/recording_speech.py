"""A speech server that keeps what it hears, by the protocol of `contracts.whisper_protocol`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
import numpy.typing as npt
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.support.processes import free_port
from vexa.contracts.times import parse_iso
from vexa.contracts.whisper_protocol import END_OF_AUDIO, Hello

RATE_HZ = 16_000


@dataclass
class Heard:
    """One stream: its sound on the time of day, and each hello with the position it came at."""

    hello: Hello
    name: str | None
    start_epoch_s: float
    position: int = 0
    runs: list[tuple[int, npt.NDArray[np.float32]]] = field(default_factory=list)
    ended: bool = False
    hellos: list[tuple[Hello, int]] = field(default_factory=list)

    def sound(self, from_epoch_s: float, to_epoch_s: float) -> npt.NDArray[np.float32]:
        """Return what was heard between two times of day; silence where nothing was."""
        first = round((from_epoch_s - self.start_epoch_s) * RATE_HZ)
        out = np.zeros(round((to_epoch_s - from_epoch_s) * RATE_HZ), np.float32)
        for start, samples in self.runs:
            begin, end = max(start, first), min(start + len(samples), first + len(out))
            if begin < end:
                out[begin - first : end - first] = samples[begin - start : end - start]
        return out

    def loud_share(self, from_epoch_s: float, to_epoch_s: float) -> float:
        """Share of 50 ms frames between two times of day in which somebody speaks."""
        sound = self.sound(from_epoch_s, to_epoch_s)
        frames = sound[: len(sound) // 800 * 800].reshape(-1, 800)
        return float(np.mean(np.sqrt(np.mean(np.square(frames), axis=1)) > 0.01))


class RecordingSpeech:
    """An async context manager. Without `is_durable` it wants everything again on each connect.

    A stream that has ended is held until `may_end` is set, as by a server that still decodes.
    """

    def __init__(self, port: int | None = None, *, is_durable: bool = True) -> None:
        self.port = port or free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.streams: dict[str, Heard] = {}
        self.may_end = asyncio.Event()
        self.may_end.set()
        self._is_durable = is_durable
        self._server: Server | None = None
        self._sockets: set[ServerConnection] = set()

    def named(self, name: str | None) -> list[Heard]:
        """Return the streams under a name, in order."""
        return [heard for heard in self.streams.values() if heard.name == name]

    async def drop_sockets(self) -> None:
        """Close every connection without a goodbye; what was heard stays known."""
        for socket in list(self._sockets):
            await socket.close()

    async def _handle(self, socket: ServerConnection) -> None:
        self._sockets.add(socket)
        try:
            await self._converse(socket)
        except ConnectionClosed:
            return
        finally:
            self._sockets.discard(socket)

    async def _converse(self, socket: ServerConnection) -> None:
        hello = Hello.model_validate_json(await socket.recv())
        assert hello.session_start is not None
        start = parse_iso(hello.session_start).timestamp()
        heard = self.streams.setdefault(hello.uid, Heard(hello, hello.speaker, start))
        heard.hellos.append((hello, heard.position))
        from_sample = heard.position if self._is_durable else 0
        heard.position = from_sample
        if not self._is_durable:
            heard.runs.clear()
        ready = {"uid": hello.uid, "status": "SERVER_READY"}
        resume = {"uid": hello.uid, "type": "resume", "next_seq": 0, "from_sample": from_sample}
        model = {"uid": hello.uid, "message": "SERVER_READY", "backend": "recording"}
        for message in (ready, resume, model):
            await socket.send(json.dumps(message))
        async for raw in socket:
            if raw == END_OF_AUDIO:
                heard.ended = True
                await self.may_end.wait()
                await socket.send(json.dumps({"uid": hello.uid, "message": "DISCONNECT"}))
                return
            self._take(heard, raw)
            if self._is_durable:
                durable = {"uid": hello.uid, "type": "durable", "sample": heard.position}
                await socket.send(json.dumps(durable))

    @staticmethod
    def _take(heard: Heard, raw: str | bytes) -> None:
        if isinstance(raw, bytes):
            samples = np.frombuffer(raw, "<f4")
            heard.runs.append((heard.position, samples))
            heard.position += len(samples)
            return
        control = json.loads(raw)
        if control["type"] == "audio_gap":
            heard.position += control["payload"]["samples"]
        elif control["type"] == "speaker":
            payload = control["payload"]
            heard.name = payload.get("speaker") or payload.get("name")

    async def aclose(self) -> None:
        """Drop every client and stop listening. Safe to call twice."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def __aenter__(self) -> RecordingSpeech:
        self._server = await serve(self._handle, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.aclose()
