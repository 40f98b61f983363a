"""HTTP to addresses that users give: webhooks, and whatever else a user may point this server at.

A URL is read once, by rules stricter than any client's; the host is resolved once, every answer is
checked (`kit.public_addresses`), and the connection goes to the checked address under the host's
own name. No redirect is followed, no proxy of the environment is used, no answer is read beyond
its bound.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import httpx2
import idna

from vexa.contracts.errors import UnsafeUrl
from vexa.kit.public_addresses import Address, AllowList, Guard, Resolve

MAX_URL_CHARS = 2048
#: Ports of the public internet that a URL may name: the two of HTTP, and unprivileged ones.
#: Others need an entry in the allow-list, so that nobody speaks SMTP through this server.
_WEB_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024
#: Addresses that are tried, in order, before a host counts as unreachable.
_TRIES = 3

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@%/?#]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: A last label of this form makes browsers and resolvers read the host as a number.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class UserUrl:
    """A URL that was read.

    Attributes:
        scheme: `http` or `https`.
        host: a name in lower case and ASCII, or a numeric address without brackets.
        port: never 0.
        target: path and query as they go over the wire.
    """

    scheme: str
    host: str
    port: int
    target: bytes

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _WEB_PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(url: str) -> UserUrl:
    """Read a URL that a user gave.

    Raises:
        UnsafeUrl: it is not an http(s) URL in plain form; the text says what is allowed.
    """
    url = url.strip()
    if len(url) > MAX_URL_CHARS:
        raise UnsafeUrl(f"The URL may have at most {MAX_URL_CHARS} characters.")
    if any(char <= " " or char in "\\\x7f" for char in url):
        raise UnsafeUrl("The URL must not contain spaces, control characters or backslashes.")
    try:
        parts = urlsplit(url)
        target = httpx2.URL(url).raw_path
    except (ValueError, httpx2.InvalidURL, UnicodeError) as exc:
        raise UnsafeUrl("The URL cannot be read.") from exc
    if parts.scheme not in _WEB_PORTS:
        raise UnsafeUrl("The URL must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise UnsafeUrl("The URL must not carry a user name or a password.")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None:
        raise UnsafeUrl("The URL must name a host as plain text, with at most a port after it.")
    port = int(authority["port"]) if authority["port"] else _WEB_PORTS[parts.scheme]
    if not 0 < port < 65536:
        raise UnsafeUrl("The port must be from 1 to 65535.")
    return UserUrl(parts.scheme, read_host(authority["host"]), port, target)


def read_host(text: str) -> str:
    """Bring a host of a URL into its one form.

    Raises:
        UnsafeUrl: it is neither a plain name nor an address in its usual form.
    """
    if text.startswith("["):
        try:
            return str(IPv6Address(text.strip("[]")))
        except ValueError as exc:
            raise UnsafeUrl("The host is not a valid IPv6 address.") from exc
    host = _ascii(text).removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UnsafeUrl("The host is not a valid name.")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError as exc:
            raise UnsafeUrl("An IPv4 address must be four decimal numbers.") from exc
    return host


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except UnicodeError as exc:
        raise UnsafeUrl("The host is not a valid name.") from exc


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status; a redirect is an answer like any other.
        headers: as they came.
        body: at most `max_body_bytes` of it.
        is_cut: whether there was more.
    """

    status: int
    headers: httpx2.Headers
    body: bytes
    is_cut: bool


class SafeHttp:
    """Sends requests to addresses that users gave."""

    def __init__(
        self,
        allow: AllowList | None = None,
        *,
        timeout_s: float = 10.0,
        max_body_bytes: int = 65_536,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        """Take what is open beyond the public internet, and the bounds.

        Args:
            allow: what the operator opened.
            timeout_s: longest time of one request as a whole, name and body included.
            max_body_bytes: what is read of an answer's body.
            tls: whom to trust; default the system's authorities.
            resolve: instead of the system's resolver.
        """
        self._allow = allow or AllowList()
        self._guard = Guard(self._allow, resolve)
        self._timeout_s = timeout_s
        self._max_body_bytes = max_body_bytes
        # kept connections and cookies belong to an address, and could go to another host there
        self._client = httpx2.AsyncClient(
            verify=tls or True,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(timeout_s, connect=timeout_s / _TRIES),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def check(self, url: str) -> None:
        """Refuse a URL as early as possible. A name that does not resolve now is let through.

        Raises:
            UnsafeUrl: it can never be used, or leads to a closed address now.
        """
        read = read_url(url)
        try:
            self._check_port(read, await self._guard.addresses(read.host, read.port))
        except OSError:
            return

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b""
    ) -> Answer:
        """Send one request and read its bounded answer.

        Args:
            method: HTTP method.
            url: as the user gave it.
            headers: sent as they are; Host is set here.
            content: the body, sent byte by byte as it is.

        Raises:
            UnsafeUrl: the URL, or an address that it leads to, is closed.
            httpx2.HTTPError: there was no answer, or none in time.
        """
        read = read_url(url)
        try:
            async with asyncio.timeout(self._timeout_s):
                addresses = await self._guard.addresses(read.host, read.port)
                self._check_port(read, addresses)
                return await self._try_each(method, read, addresses, headers, content)
        except TimeoutError as exc:
            raise httpx2.ReadTimeout("no complete answer in time") from exc
        except OSError as exc:
            raise httpx2.ConnectError("the host's name cannot be resolved") from exc

    def _check_port(self, url: UserUrl, addresses: list[Address]) -> None:
        if url.port in _WEB_PORTS.values() or url.port >= _FIRST_FREE_PORT:
            return
        if not all(self._allow.opens(url.host, address, url.port) for address in addresses):
            raise UnsafeUrl("The port must be 80, 443, or from 1024 to 65535.")

    async def _try_each(
        self,
        method: str,
        url: UserUrl,
        addresses: list[Address],
        headers: Mapping[str, str],
        content: bytes,
    ) -> Answer:
        tried = addresses[:_TRIES]
        for address in tried[:-1]:
            try:
                return await self._send(method, url, address, headers, content)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._send(method, url, tried[-1], headers, content)

    async def _send(
        self,
        method: str,
        url: UserUrl,
        address: Address,
        headers: Mapping[str, str],
        content: bytes,
    ) -> Answer:
        target = httpx2.URL(
            scheme=url.scheme, host=str(address), port=url.port, raw_path=url.target
        )
        sent = httpx2.Headers(dict(headers))
        sent.update({"Host": url.authority, "Accept-Encoding": "identity"})
        # the name that TLS asks for and checks; a numeric host is checked as it is
        extensions = {"sni_hostname": url.host}
        async with self._client.stream(
            method, target, headers=sent, content=content, extensions=extensions
        ) as response:
            body, is_cut = await self._body(response)
            return Answer(response.status_code, response.headers, body, is_cut)

    async def _body(self, response: httpx2.Response) -> tuple[bytes, bool]:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._max_body_bytes:
                return bytes(body[: self._max_body_bytes]), True
        return bytes(body), False

    async def aclose(self) -> None:
        """Close the connections."""
        self._guard.close()
        await self._client.aclose()
