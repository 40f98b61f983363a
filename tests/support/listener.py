"""A real HTTP listener on loopback that notes who came."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@dataclass
class Listener:
    """What one listener saw. `answer` is sent as it is; `hangs` leaves the connection open."""

    port: int = 0
    answer: bytes = OK
    hangs: bool = False
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if b"content-length:" in line]
            body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
            self.requests.append(head + body)
            writer.write(self.answer)
            await writer.drain()
            if self.hangs:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(
    *hosts: str, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Listener]:
    """Listen on the same port of several loopback addresses."""
    listener = Listener(port=port)
    servers = []
    for host in hosts or ("127.0.0.1",):
        server = await asyncio.start_server(listener.serve, host, listener.port, ssl=tls)
        listener.port = server.sockets[0].getsockname()[1]
        servers.append(server)
    try:
        yield listener
    finally:
        for server in servers:
            server.close()
