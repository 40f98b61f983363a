"""Several web apps behind one port, told apart by the host that a request names."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class ByHost:
    """Hands each request and WebSocket to the app of its host, `other` for hosts it does not know.

    An ASGI app without a lifespan of its own.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], *, other: ASGIApp) -> None:
        self._apps = dict(apps)
        self._other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        host = Headers(scope=scope).get("host", "").rsplit(":", 1)[0].lower()
        await self._apps.get(host, self._other)(scope, receive, send)
