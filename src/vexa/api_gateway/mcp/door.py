"""The endpoint `/mcp`: asks for a key, and loads the protocol when somebody first speaks it."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from vexa.api_gateway.live_feed import FeedParts
from vexa.api_gateway.mcp.keys import read_key
from vexa.api_gateway.mcp.rest import Rest, RestRefused
from vexa.platforms.base import AddressOptions

if TYPE_CHECKING:
    from vexa.api_gateway.mcp.sessions import McpSessions

PATHS = ("/mcp", "/mcp/")
_SESSION_HEADER = "mcp-session-id"


class McpDoor:
    """ASGI endpoint.

    The SDK costs 25 MB and most of a second to import (mcp 2.3), so it is imported with the first
    request.

    Args:
        app: the gateway, whose routes the tools call.
        feed: what the live feed is made of.
        links: whose meeting links are known besides the platforms' own.
        max_body_bytes: largest request body.
    """

    def __init__(
        self, app: FastAPI, feed: FeedParts, links: AddressOptions, max_body_bytes: int
    ) -> None:
        self._app = app
        self._feed = feed
        self._links = links
        self._max_body_bytes = max_body_bytes
        self._sessions: McpSessions | None = None
        self._loading = asyncio.Lock()
        for path in PATHS:
            app.router.add_route(path, self, include_in_schema=False)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope)
        api_key = read_key(request.headers)
        refusal = await self._refusal(request, api_key)
        if refusal is not None or api_key is None:
            await (refusal or _unauthorized("Missing API key"))(scope, receive, send)
            return
        sessions = await self._loaded()
        await sessions.handle(scope, receive, send, api_key)

    async def _refusal(self, request: Request, api_key: str | None) -> Response | None:
        if api_key is None or _SESSION_HEADER in request.headers:
            return None
        try:
            await Rest(self._app, request, api_key).call("GET", "/auth/me")
        except RestRefused as refused:
            if refused.status in {401, 403}:
                return _unauthorized("Invalid API key")
            return JSONResponse(refused.body, refused.status)
        return None

    async def _loaded(self) -> McpSessions:
        async with self._loading:
            if self._sessions is None:
                await asyncio.to_thread(import_module, "vexa.api_gateway.mcp.sessions")
                self._sessions = await self._start()
        return self._sessions

    async def _start(self) -> McpSessions:
        from vexa.api_gateway.mcp.handlers import Handlers
        from vexa.api_gateway.mcp.sessions import McpSessions
        from vexa.api_gateway.mcp.updates import Updates

        handlers = Handlers(self._app, Updates(self._feed), self._links)
        sessions = McpSessions(handlers, self._max_body_bytes)
        await sessions.start()
        return sessions

    async def aclose(self) -> None:
        """End every session."""
        if self._sessions is not None:
            await self._sessions.aclose()


def _unauthorized(detail: str) -> Response:
    body = {"detail": f"{detail} (Authorization: Bearer or X-API-Key)", "code": "not_authenticated"}
    return JSONResponse(body, 401, headers={"WWW-Authenticate": "Bearer"})
