"""The gateway's own REST routes, called inside the process: an MCP tool has no logic of its own.

A call takes the whole way of a request from outside: limits, scopes and forwarding included.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2
from starlette.requests import Request
from starlette.types import ASGIApp

from vexa.api_gateway.clients import FORWARDED_HEADERS
from vexa.contracts.errors import RequestRefused
from vexa.kit.service_app import CORRELATION_HEADER
from vexa.platforms.base import AddressOptions

#: ASGI has no address to connect to; the URL needs a host all the same.
_HOST = "api-gateway"
_KEPT_HEADERS = ("host", "user-agent", *FORWARDED_HEADERS)


class RestRefused(RequestRefused):
    """A route answered with an error.

    Attributes:
        status: its HTTP status.
        detail: what it says to a person.
        route_code: what it says to a program.
        body: the whole error body.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(_sentence(body.get("detail"), status))
        self.status = status
        self.route_code = str(body.get("code", "request_refused"))
        self.body = body


class Rest:
    """The routes, called with one key on behalf of one request to `/mcp`.

    Args:
        app: the gateway.
        request: the request to `/mcp`; who called, by what name of this server, through which
            proxies, and the correlation id are kept.
        api_key: sent as `X-API-Key`.
        links: whose meeting links the routes know besides the platforms' own.
    """

    def __init__(
        self, app: ASGIApp, request: Request, api_key: str, links: AddressOptions | None = None
    ) -> None:
        self._app = app
        self.links = links
        self._client = (request.client.host, request.client.port) if request.client else ("", 0)
        self._headers = [(b"X-API-Key", api_key.encode("latin-1"))]
        self._headers += [
            (name.encode(), value.encode("latin-1"))
            for name, value in request.headers.items()
            if name in _KEPT_HEADERS
        ]
        self._scheme = request.scope.get("scheme", "http")
        correlation_id = getattr(request.state, "correlation_id", None)
        if correlation_id is not None:
            self._headers.append((CORRELATION_HEADER.encode(), correlation_id.encode()))

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Any:
        """Call a route and return its JSON; `{}` for an empty answer.

        Args:
            method: HTTP method.
            path: see `path_of`.
            query: parameters; those that are None are left out.
            body: sent as JSON.

        Raises:
            RestRefused: the answer is an error.
        """
        given = {name: value for name, value in (query or {}).items() if value is not None}
        # the routes have their own time-outs; an error of theirs is an answer, not an exception
        transport = httpx2.ASGITransport(self._app, raise_app_exceptions=False, client=self._client)
        base_url = f"{self._scheme}://{_HOST}"
        async with httpx2.AsyncClient(
            transport=transport, base_url=base_url, trust_env=False
        ) as client:
            answer = await client.request(
                method, path, params=given, json=body, headers=self._headers
            )
        if answer.is_error:
            raise RestRefused(answer.status_code, _error_body(answer))
        return answer.json() if answer.content else {}


def path_of(template: str, **parts: object) -> str:
    """Fill `{name}` places of a route with quoted values."""
    return template.format(**{name: quote(str(value), safe="") for name, value in parts.items()})


def _error_body(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"detail": f"HTTP status {answer.status_code}"}


def _sentence(detail: Any, status: int) -> str:
    if isinstance(detail, str):
        return detail
    if isinstance(detail, list):
        lines = [
            f"{'.'.join(str(part) for part in item.get('loc', []))}: {item.get('msg')}"
            for item in detail
            if isinstance(item, dict)
        ]
        return "; ".join(lines)
    return f"HTTP status {status}"
