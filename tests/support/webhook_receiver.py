"""A real receiver of webhooks on loopback, whose answers a test chooses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

#: Instead of a status: the connection stays open without an answer.
HANG = 0


@dataclass(frozen=True, slots=True)
class Received:
    """One request, as it came over the wire."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The body, read."""
        event: dict[str, Any] = json.loads(self.body)
        return event


#: What came in; the status to answer with, and headers of the answer.
Answerer = Callable[[Received], tuple[int, str]]


def always(status: int, *more: str) -> Answerer:
    """Answer every request in the same way; `more` are header lines."""
    return lambda _request: (status, "".join(f"{line}\r\n" for line in more))


@dataclass
class Receiver:
    """What one receiver got. `answer` may be changed between requests."""

    answer: Answerer
    port: int = 0
    requests: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook?key=1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            received = Received(headers, body)
            self.requests.append(received)
            status, more = self.answer(received)
            if status == HANG:
                await reader.read()
                return
            writer.write(f"HTTP/1.1 {status} x\r\n{more}Content-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(answer: Answerer) -> AsyncIterator[Receiver]:
    """Listen on a free port of loopback."""
    receiver = Receiver(answer)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
