"""The bot's proxy: tunnels to checked addresses, nothing else, and never a lost connection."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.support.address_forms import closed_hosts
from tests.support.listener import listening
from tests.support.wait_until import wait_until
from vexa.bot.egress import Egress
from vexa.bot.host_rules import HostRules
from vexa.kit.public_addresses import AllowList, Guard

NAMES = {
    "localhost": ["127.0.0.1"],
    "private.example": ["10.0.0.1"],
    "loop.example": ["127.0.0.1"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "two.example": ["127.0.0.3", "127.0.0.2"],
}


async def _resolve(host: str, _port: int) -> list[str]:
    if host in NAMES:
        return NAMES[host]
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


@asynccontextmanager
async def proxy(rules: str = "", allow: str = "") -> AsyncIterator[tuple[int, Egress]]:
    egress = Egress(HostRules(rules), Guard(AllowList.parse(allow), _resolve))
    port = await egress.start()
    try:
        yield port, egress
    finally:
        await egress.aclose()


async def _ask(port: int, request: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    try:
        return await asyncio.wait_for(reader.readline(), 20)
    finally:
        writer.close()


def _connect(authority: str) -> str:
    return f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n"


async def test_no_form_of_a_closed_address_is_connected_to() -> None:
    async with listening("127.0.0.1", "::1") as target, proxy() as (port, egress):
        hosts = list(dict.fromkeys([*closed_hosts(), *NAMES]))
        for host in hosts:
            answer = await _ask(port, _connect(f"{host}:{target.port}"))
            assert answer == b"" or b" 403 " in answer, host
        assert egress.refused == len(hosts) >= 200
        assert target.connections == 0


async def test_only_tunnels_to_ports_of_the_web() -> None:
    async with listening() as target, proxy() as (port, _egress):
        for closed in (22, 25, 80, 0, 99999):
            assert b" 403 " in await _ask(port, _connect(f"8.8.8.8:{closed}"))
        assert b" 403 " in await _ask(port, _connect("user@8.8.8.8:443"))
        for request in (
            f"GET http://127.0.0.1:{target.port}/ HTTP/1.1\r\n\r\n",
            f"POST http://two.example:{target.port}/ HTTP/1.1\r\n\r\n",
            *(_connect(text) for text in ("8.8.8.8", ":443", "a b:443")),
            *("\r\n\r\n", "CONNECT\r\n\r\n"),
        ):
            assert await _ask(port, request) == b"", request
        assert await _ask(port, f"CONNECT {'a' * 20_000}:443 HTTP/1.1\r\n\r\n") == b""
        assert b" 502 " in await _ask(port, _connect("nowhere.example:443"))
        assert target.connections == 0


async def test_what_is_open_is_tunnelled_both_ways_and_closed_with_either_side() -> None:
    rules = "MAP meet.google.com 127.0.0.1:{port}, EXCLUDE loop.example"
    async with listening() as target, proxy(rules.format(port=target.port)) as (port, _egress):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_connect("meet.google.com:443").encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        body = b"x" * 300_000
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert (await reader.read()).endswith(b"ok")
        assert target.requests[0].endswith(body)
        writer.close()


async def test_the_next_address_is_tried_and_the_tunnel_ends_with_its_client() -> None:
    async with (
        listening("127.0.0.2") as second,
        listening(port=second.port) as first,
        proxy(allow="127.0.0.2/31") as (port, egress),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_connect(f"two.example:{second.port}").encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        assert (second.connections, first.connections) == (1, 0)
        writer.transport.abort()
        await wait_until(lambda: not egress.tunnels, what="end of the tunnel")


async def test_closing_ends_what_is_open() -> None:
    async with listening() as target:
        target.hangs = True
        async with proxy(f"MAP a.example 127.0.0.1:{target.port}") as (port, _egress):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_connect("a.example:443").encode())
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
