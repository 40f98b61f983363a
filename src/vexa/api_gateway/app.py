"""Puts the gateway together: the pool, the shared subscription, routes and `/ws`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware

from vexa.api_gateway.authorization import Authorizer
from vexa.api_gateway.ended_keys import EndedKeysWatch
from vexa.api_gateway.endpoints import make_router
from vexa.api_gateway.forward import Forwarder, make_client
from vexa.api_gateway.later_routes import make_later_router
from vexa.api_gateway.live_feed import FeedConnection, FeedLimits, FeedParts
from vexa.api_gateway.mcp.door import McpDoor
from vexa.api_gateway.openapi import install_openapi
from vexa.api_gateway.rate_limits import RateLimits
from vexa.api_gateway.services import service_checks
from vexa.api_gateway.settings import GatewaySettings
from vexa.bus.connection import Bus
from vexa.contracts.http.bots import Message
from vexa.kit.clock import SystemClock
from vexa.kit.service_app import CORRELATION_HEADER, create_service_app, put_inside
from vexa.kit.tasks import BackgroundTasks
from vexa.platforms.base import AddressOptions

#: RFC 6455 registry: try again later.
CLOSE_TRY_LATER = 1013
#: What a client in a browser may read of limits.
LIMIT_HEADERS = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def create_app(settings: GatewaySettings) -> FastAPI:
    """Make the service; nothing connects before it is asked for."""
    bus = Bus(settings.bus_url)
    client = make_client(settings.gateway_timeout_s)
    forwarder = Forwarder(client, settings.proxies, settings.api_dialect)
    ended_keys = EndedKeysWatch(
        client,
        settings.transcription_collector_url,
        settings.internal_api_secret.get_secret_value(),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = BackgroundTasks()
        tasks.spawn("ended keys", ended_keys.run())
        yield
        await tasks.aclose()
        await mcp.aclose()
        await client.aclose()
        await bus.aclose()

    app = create_service_app(
        "Vexa API",
        lifespan=lifespan,
        checks={"redis": bus.problem, **service_checks(settings, client)},
        max_body_bytes=settings.gateway_max_body_bytes,
    )
    limits = {"rates": settings.rates, "proxies": settings.proxies}
    put_inside(app, RateLimits, bus=bus, clock=SystemClock(), **limits)
    _allow_browsers(app, settings)

    @app.get("/", summary="Banner")
    async def banner() -> Message:
        """Say who answers."""
        return Message(message="Welcome to the Vexa API Gateway")

    authorizer = Authorizer(client, settings.transcription_collector_url)
    app.include_router(make_router(settings, forwarder))
    app.include_router(make_later_router())
    feed = FeedParts(bus, authorizer, ended_keys)
    links = AddressOptions(jitsi_hosts=settings.known_jitsi_hosts)
    _add_feed(app, settings, feed, links)
    mcp = McpDoor(app, feed, links, settings.gateway_max_body_bytes)
    install_openapi(app)
    return app


def _allow_browsers(app: FastAPI, settings: GatewaySettings) -> None:
    # keys travel in a header, so any origin may ask; cookies are only for origins that are named
    origins = settings.cors_origin_list
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials="*" not in origins,
        expose_headers=[CORRELATION_HEADER, "Mcp-Session-Id", *LIMIT_HEADERS],
    )


def _add_feed(
    app: FastAPI, settings: GatewaySettings, parts: FeedParts, links: AddressOptions
) -> None:
    limits = FeedLimits(settings.feed_max_subscriptions, settings.feed_queue_frames, links)
    open_now = 0

    @app.websocket("/ws")
    async def feed(socket: WebSocket) -> None:
        nonlocal open_now
        if open_now >= settings.feed_max_connections:
            await socket.close(CLOSE_TRY_LATER)
            return
        open_now += 1
        try:
            await FeedConnection(socket, parts, limits).serve()
        finally:
            open_now -= 1
