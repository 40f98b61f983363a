"""Sends a request on to the service that owns it, and its answer back."""

from __future__ import annotations

from collections.abc import Iterable

import httpx2
from fastapi import Request
from fastapi.responses import Response

from vexa.api_gateway.clients import FORWARDED_HEADERS, TrustedProxies
from vexa.api_gateway.dialect import OLDER_STATUSES, ApiDialect, error_status, success_status
from vexa.contracts.errors import BadRequest, ServiceUnreachable
from vexa.kit.service_app import CORRELATION_HEADER

#: RFC 9110 §7.6.1: they speak about one connection, not about the message.
HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)
#: The client writes its own.
_REQUEST_ONLY = frozenset({"host", "content-length", "expect", CORRELATION_HEADER.lower()})
CONNECT_TIMEOUT_S = 3.0
POOL_TIMEOUT_S = 5.0
MAX_CONNECTIONS = 200
#: Far below `kit.serve.KEEP_ALIVE_S`, or a request could be sent on a connection that is just being
#: closed.
IDLE_CONNECTION_S = 20.0

Header = tuple[str, str]


def kept_headers(headers: Iterable[Header], dropped: frozenset[str] = frozenset()) -> list[Header]:
    """Return the end-to-end headers: without hop-by-hop ones and those that Connection names."""
    items = [(name.lower(), value) for name, value in headers]
    named = {
        token.strip().lower()
        for name, value in items
        if name == "connection"
        for token in value.split(",")
    }
    unwanted = HOP_BY_HOP | named | dropped
    return [(name, value) for name, value in items if name not in unwanted]


def safe_path(raw_path: bytes) -> bytes:
    """Return the path as the client wrote it.

    Raises:
        BadRequest: it has a `.` or `..` segment, by which it could reach a route that the gateway
            does not forward.
    """
    path = raw_path.partition(b"?")[0]
    plain = path.lower().replace(b"%2e", b".").replace(b"%2f", b"/").replace(b"%5c", b"\\")
    segments = plain.replace(b"\\", b"/").split(b"/")
    if b"." in segments or b".." in segments:
        raise BadRequest("The path may not have dot segments.")
    return path


def make_client(answer_timeout_s: float) -> httpx2.AsyncClient:
    """Make the pooled client of one process; redirects and proxies of the host are not used."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(answer_timeout_s, connect=CONNECT_TIMEOUT_S, pool=POOL_TIMEOUT_S),
        limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=IDLE_CONNECTION_S),
        follow_redirects=False,
        trust_env=False,
    )


class Forwarder:
    """Forwards to any service over one pool.

    Args:
        client: see `make_client`.
        proxies: whose word about a client's address is taken.
        dialect: whose status codes the answers get.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        proxies: TrustedProxies,
        dialect: ApiDialect,
    ) -> None:
        self._client = client
        self._proxies = proxies
        self._dialect = dialect

    async def forward(self, request: Request, service: str, base_url: str) -> Response:
        """Send `request` to the same path of `base_url`.

        Args:
            request: as it came in.
            service: name of the service, for the error text.
            base_url: scheme, host and port.

        Raises:
            ServiceUnreachable: no connection, or no answer in time.
        """
        outgoing = self._client.build_request(
            request.method,
            _target(request, base_url),
            headers=_encoded(
                [
                    *kept_headers(request.headers.items(), _REQUEST_ONLY | FORWARDED_HEADERS),
                    *self._proxies.told_to_services(request.scope),
                    (CORRELATION_HEADER, request.state.correlation_id),
                ]
            ),
            content=await request.body(),
        )
        try:
            answer = await self._client.send(outgoing, stream=True)
            body = b"".join([part async for part in answer.aiter_raw()])
        except httpx2.TimeoutException as exc:
            raise ServiceUnreachable(f"Service unavailable: {service} did not answer") from exc
        except httpx2.TransportError as exc:
            raise ServiceUnreachable(f"Service unavailable: {service} cannot be reached") from exc
        response = Response(body, self._status(request, answer.status_code, body))
        response.raw_headers = _encoded(kept_headers(answer.headers.multi_items()))
        return response

    def _status(self, request: Request, status: int, body: bytes) -> int:
        if self._dialect is ApiDialect.NEWER and status in OLDER_STATUSES:
            return error_status(status, body)
        return success_status(self._dialect, request.method, request.url.path, status)


def _encoded(headers: list[Header]) -> list[tuple[bytes, bytes]]:
    # the bytes that came: a header may hold any of Latin-1 (RFC 9110 §5.5)
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _target(request: Request, base_url: str) -> httpx2.URL:
    raw_path = safe_path(request.scope.get("raw_path") or request.url.path.encode())
    query = request.scope.get("query_string", b"")
    base = httpx2.URL(base_url)
    return base.copy_with(raw_path=raw_path + (b"?" + query if query else b""))
