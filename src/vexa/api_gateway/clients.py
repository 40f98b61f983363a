"""Where a request comes from, and what the services behind may believe about it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.types import Scope

FORWARDED_FOR = b"x-forwarded-for"
FORWARDED_HOST = b"x-forwarded-host"
FORWARDED_PROTO = b"x-forwarded-proto"
#: Said by proxies; passed on only as this module writes them.
FORWARDED_HEADERS = frozenset(
    {
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"),
        *("forwarded", "x-real-ip"),
    }
)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """The proxies whose word about a client is taken.

    Args:
        networks: addresses or networks in CIDR notation.

    Raises:
        ValueError: one of them is neither.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[_Network] = [ipaddress.ip_network(text) for text in networks]

    def trusts(self, address: str) -> bool:
        """Tell whether an address is a trusted proxy's."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in network for network in self._networks)

    def client_of(self, scope: Scope) -> str:
        """Return the address of the client: the last one that no trusted proxy has."""
        peer = str((scope.get("client") or ("", 0))[0])
        if not self.trusts(peer):
            return peer
        named = ",".join(_headers(scope, FORWARDED_FOR)).split(",")
        for address in (part.strip() for part in reversed(named)):
            if address and not self.trusts(address):
                return address
        return peer

    def told_to_services(self, scope: Scope) -> list[tuple[str, str]]:
        """Return the headers by which services learn client, host and scheme."""
        peer = str((scope.get("client") or ("", 0))[0])
        host = next(iter(_headers(scope, b"host")), "")
        scheme = str(scope.get("scheme", "http"))
        if self.trusts(peer):
            host = next(iter(_headers(scope, FORWARDED_HOST)), host)
            scheme = next(iter(_headers(scope, FORWARDED_PROTO)), scheme)
        return [
            (FORWARDED_FOR.decode(), self.client_of(scope)),
            (FORWARDED_HOST.decode(), host),
            (FORWARDED_PROTO.decode(), "https" if scheme in {"https", "wss"} else "http"),
        ]


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]
