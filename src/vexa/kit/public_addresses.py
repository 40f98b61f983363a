"""Which network addresses a user may make this server, or a bot's browser, connect to.

Deny by default: an address counts only if it is unicast on the public internet, whatever form it
is written in and whatever it carries inside (IPv4 in IPv6). An operator opens others by name,
address or network. Names are resolved once; the caller connects to what was checked.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Annotated

from pydantic import AfterValidator

from vexa.contracts.errors import UnsafeUrl

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: A host name and a port in, its numeric addresses out. Raises OSError when there is none.
Resolve = Callable[[str, int], Awaitable[list[str]]]

#: Longest wait for an answer of the resolver, seconds.
RESOLVE_TIMEOUT_S = 5.0
#: Questions to the resolver at one time; others queue, so a slow name server holds no more threads.
_RESOLVER_THREADS = 8
#: More answers than this are not tried, but all are checked.
_MOST_ANSWERS = 64

#: Closed although `is_global` of some Python versions says otherwise
#: (IANA special-purpose registries, 2026-09).
_CLOSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
#: The one block of IPv6 that is handed out for the public internet, and what is special inside it:
#: protocol assignments with Teredo, documentation, 6to4, AS112.
_PUBLIC_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
#: Addresses that stand for an IPv4 address in their last 32 bits: mapped (RFC 4291), NAT64
#: (RFC 6052). They are as public as what they carry.
_CARRIERS_V6 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
#: ISATAP (RFC 5214): these 32 bits before an IPv4 address.
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


def is_public(address: Address) -> bool:
    """Tell whether an address is unicast on the public internet, and so is what it carries."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in _CLOSED_V4)
    if address.scope_id is not None:
        return False
    inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if any(address in carrier for carrier in _CARRIERS_V6):
        return is_public(inner)
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return address in _PUBLIC_V6 and not any(address in block for block in _CLOSED_V6)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing that an operator opened: a name or a network, on one port or on all."""

    name: str | None
    network: Network | None
    port: int | None

    def fits(self, host: str, address: Address, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return address in self.network
        assert self.name is not None
        if self.name.startswith("*."):
            return host.endswith(self.name[1:])
        return host == self.name


@dataclass(frozen=True, slots=True)
class AllowList:
    """What an operator opened beyond the public internet.

    A name opens whatever it resolves to; an address or network opens itself for every name.
    """

    entries: tuple[_Entry, ...] = ()

    @classmethod
    def parse(cls, text: str) -> AllowList:
        """Read entries such as `hooks.corp, *.corp:8443, 10.1.2.3, 10.0.0.0/8, [fd00::1]:80`.

        Raises:
            ValueError: says which entry is wrong.
        """
        return cls(tuple(_entry(item) for item in text.replace(",", " ").split()))

    def opens(self, host: str, address: Address, port: int) -> bool:
        """Tell whether this address, reached by this host name, is open on this port."""
        return any(entry.fits(host, address, port) for entry in self.entries)


def _entry(item: str) -> _Entry:
    host, port = item.lower(), None
    if host.startswith("["):
        inside, bracket, rest = host[1:].partition("]")
        prefix, _, port_text = rest.partition(":")
        host = inside + prefix if bracket else ""
    elif host.count(":") == 1:
        host, _, port_text = host.partition(":")
    else:
        port_text = ""
    if port_text:
        if not (port_text.isascii() and port_text.isdigit() and 0 < int(port_text) < 65536):
            raise ValueError(f"{item}: the port must be a number from 1 to 65535")
        port = int(port_text)
    try:
        return _Entry(None, ip_network(host), port)
    except ValueError:
        pass
    bare = host.removeprefix("*.").rstrip(".")
    if not bare or not all(_LABEL.fullmatch(part) for part in bare.split(".")):
        raise ValueError(f"{item}: must be a host name, *.domain, address or network, with :port")
    return _Entry(host.rstrip("."), None, port)


def _checked_text(text: str) -> str:
    AllowList.parse(text)
    return text


#: A setting that holds an `AllowList` as text.
AllowListText = Annotated[str, AfterValidator(_checked_text)]


class Guard:
    """Resolves names, and lets through only addresses that may be connected to."""

    def __init__(self, allow: AllowList, resolve: Resolve | None = None) -> None:
        self._allow = allow
        self._threads: ThreadPoolExecutor | None = None
        self._resolve = resolve or self._ask_system

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses of a host, all checked, in the resolver's order.

        Args:
            host: a name in lower case and ASCII without a final dot, or a numeric address.
            port: where the connection will go.

        Raises:
            UnsafeUrl: one of the answers is closed.
            OSError: the name has no address, or the resolver gave no answer in time.
        """
        literal = _literal(host)
        found = [literal] if literal else await self._look_up(host, port)
        for address in found:
            if not (is_public(address) or self._allow.opens(host, address, port)):
                raise UnsafeUrl("The host is, or leads to, an address that is not public.")
        return found

    async def _look_up(self, host: str, port: int) -> list[Address]:
        async with asyncio.timeout(RESOLVE_TIMEOUT_S):
            answers = await self._resolve(host, port)
        if not answers:
            raise OSError("the name has no address")
        if len(answers) > _MOST_ANSWERS:
            raise UnsafeUrl("The host has too many addresses.")
        return [ip_address(answer) for answer in dict.fromkeys(answers)]

    async def _ask_system(self, host: str, port: int) -> list[str]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolver")
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(row[4][0]) for row in rows]

    def close(self) -> None:
        """Give up waiting for the resolver."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
