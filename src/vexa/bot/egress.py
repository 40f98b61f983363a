"""The one way out of a bot's browser: a proxy in the bot that connects to checked addresses only.

Chromium sends every connection of its pages here by name and resolves nothing itself: the name is
resolved once, all its addresses must be public, and the tunnel goes to one of those that were
checked. Redirects, frames, sockets and names that change their address all end at the same gate.
The media of a call goes by UDP, past this proxy.
"""

from __future__ import annotations

import asyncio
import re

import structlog

from vexa.bot.host_rules import HostRules
from vexa.contracts.errors import UnsafeUrl
from vexa.kit.public_addresses import Guard
from vexa.kit.safe_http import read_host

_log = structlog.get_logger(__name__)

#: Longest request to open a tunnel, bytes, and the time that it may take, seconds.
_MOST_HEAD_BYTES = 16_384
_HEAD_TIMEOUT_S = 10.0
#: One attempt to connect, seconds; addresses that are tried.
_CONNECT_TIMEOUT_S = 5.0
_TRIES = 3
#: Chromium itself opens at most 32 connections to a proxy by default; the rest is for its restarts.
_MOST_TUNNELS = 256
_PIECE_BYTES = 65_536
#: Refusals that are written to the log; a page may cause any number.
_LOGGED_REFUSALS = 20
#: HTTPS, and ports that no system service has.
_HTTPS_PORT = 443
_FIRST_FREE_PORT = 1024

_CONNECT = re.compile(rb"CONNECT (?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>[0-9]{1,5}) ")
_OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_FAILED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Egress:
    """A proxy on a port of loopback, for one browser. It knows CONNECT and nothing else."""

    def __init__(self, rules: HostRules, guard: Guard) -> None:
        self._rules = rules
        self._guard = guard
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self.refused = 0

    @property
    def tunnels(self) -> int:
        """Connections that are open now."""
        return len(self._clients)

    async def start(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=_MOST_HEAD_BYTES
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def aclose(self) -> None:
        """Stop, and end every tunnel."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.transport.abort()
        self._guard.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            await self._tunnel(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # either side went away, or spoke nonsense
            pass
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_TIMEOUT_S):
            wanted = _CONNECT.match(await reader.readuntil(b"\r\n\r\n"))
        if wanted is None:
            # plain HTTP: an answer from here would look to the page like the host's own
            self._note_refusal("Only tunnels are opened.")
            return
        try:
            far_reader, far_writer = await self._connect(wanted["host"], int(wanted["port"]))
        except UnsafeUrl as exc:
            self._note_refusal(exc.detail)
            writer.write(_REFUSED)
            await writer.drain()
            return
        except OSError:
            writer.write(_FAILED)
            await writer.drain()
            return
        try:
            writer.write(_OPENED)
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()

    async def _connect(
        self, host: bytes, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.tunnels > _MOST_TUNNELS:
            raise UnsafeUrl("Too many tunnels are open.")
        target = self._rules.target(read_host(host.decode("ascii", "replace")), port)
        if target.is_open:
            return await asyncio.open_connection(target.host, target.port)
        if port != _HTTPS_PORT and not _FIRST_FREE_PORT <= port < 65_536:
            raise UnsafeUrl("The port is closed.")
        failure: OSError = OSError("no address")
        for address in (await self._guard.addresses(target.host, port))[:_TRIES]:
            try:
                async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                    return await asyncio.open_connection(str(address), port)
            except OSError as exc:
                failure = exc
        raise failure

    def _note_refusal(self, why: str) -> None:
        self.refused += 1
        if self.refused <= _LOGGED_REFUSALS:
            _log.warning("browser_connection_refused", why=why)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until its end. An error on one side ends both."""
    try:
        while piece := await reader.read(_PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except (OSError, RuntimeError):
        writer.close()
