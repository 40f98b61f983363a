"""How often one caller may ask; over it 429 with the time to wait. Without Redis nobody waits."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import time
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vexa.api_gateway.clients import TrustedProxies
from vexa.bus.connection import Bus
from vexa.bus.rate_windows import RateWindows
from vexa.contracts.errors import BusUnavailable
from vexa.kit.clock import Clock

_log = structlog.get_logger(__name__)

#: Longest that a request waits for its count, seconds; then it is served uncounted.
COUNT_WAIT_S = 0.5
#: After Redis was away nobody is counted for so long, seconds.
SKIP_S = 3.0

#: First header that a request has names its caller; without any, its address does.
_KEY_HEADERS = (b"x-api-key", b"x-admin-api-key", b"x-admin-token", b"authorization")
_OPERATOR_PATHS = frozenset({"/", "/health", "/readyz", "/metrics", "/openapi.json"})


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a minute of one caller; 0 = no limit."""

    public: int
    admin: int
    feed: int


@dataclass(frozen=True, slots=True)
class _Count:
    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What every counted answer says."""
        said = {
            "x-ratelimit-limit": self.limit,
            "x-ratelimit-remaining": self.remaining,
            "x-ratelimit-reset": self.reset_s,
            "ratelimit-policy": f'"default";q={self.limit};w=60',
            "ratelimit": f'"default";r={self.remaining};t={self.reset_s}',
        }
        return [(name.encode(), str(value).encode()) for name, value in said.items()]


class RateLimits:
    """ASGI middleware: counts requests and connections to `/ws`.

    Args:
        app: what is behind it.
        bus: where the counts are.
        clock: tells when to look for Redis again.
        rates: how many are allowed.
        proxies: whose word about a client's address is taken.
    """

    def __init__(
        self, app: ASGIApp, bus: Bus, clock: Clock, rates: Rates, proxies: TrustedProxies
    ) -> None:
        self._app = app
        self._clock = clock
        self._proxies = proxies
        self._limiter = SlidingWindowCounterRateLimiter(RateWindows(bus))
        self._items: dict[str, RateLimitItem] = {
            name: RateLimitItemPerMinute(amount, namespace=name)
            for name, amount in (
                *(("public", rates.public), ("admin", rates.admin)),
                ("feed", rates.feed),
            )
            if amount > 0
        }
        self._skip_until_s = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then pass on or refuse."""
        item = self._items.get(_kind(scope))
        count = await self._count(item, scope) if item is not None else None
        if count is None:
            await self._app(scope, receive, send)
        elif not count.allowed:
            await _refuse(scope, send, count)
        elif scope["type"] == "http":
            await self._app(scope, receive, _adding(send, count.headers))
        else:
            await self._app(scope, receive, send)

    async def _count(self, item: RateLimitItem, scope: Scope) -> _Count | None:
        if self._clock.monotonic_s() < self._skip_until_s:
            return None
        caller = self._caller(scope)
        try:
            async with asyncio.timeout(COUNT_WAIT_S):
                allowed = await self._limiter.hit(item, caller)
                stats = await self._limiter.get_window_stats(item, caller)
        except (BusUnavailable, TimeoutError):
            self._skip_until_s = self._clock.monotonic_s() + SKIP_S
            _log.warning("requests_not_counted")
            return None
        reset_s = max(1, math.ceil(stats.reset_time - time.time()))
        return _Count(allowed, item.amount, stats.remaining if allowed else 0, reset_s)

    def _caller(self, scope: Scope) -> str:
        given = dict(reversed(scope["headers"]))
        for name in _KEY_HEADERS:
            if given.get(name):
                return hashlib.sha256(given[name]).hexdigest()[:32]
        return self._proxies.client_of(scope)


def _kind(scope: Scope) -> str:
    path = scope.get("path", "")
    if scope["type"] == "websocket":
        return "feed"
    if scope["type"] != "http" or path in _OPERATOR_PATHS or path.startswith("/docs"):
        return ""
    is_admin = path.startswith("/admin") or path == "/users" or path.startswith("/users/")
    return "admin" if is_admin else "public"


def _adding(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *headers]}
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, send: Send, count: _Count) -> None:
    body: dict[str, Any] = {
        "detail": "Rate limit exceeded",
        "code": "rate_limited",
        "retry_after": count.reset_s,
        "limit": count.limit,
    }
    prefix = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    headers = [
        (b"content-type", b"application/json"),
        (b"retry-after", str(count.reset_s).encode()),
        *count.headers,
    ]
    await send({"type": f"{prefix}.start", "status": 429, "headers": headers})
    await send({"type": f"{prefix}.body", "body": json.dumps(body).encode()})
