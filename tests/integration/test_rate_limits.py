"""Rate limits of the gateway over real Redis, and without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.programs import running
from vexa.api_gateway.app import create_app
from vexa.api_gateway.settings import GatewaySettings
from vexa.bus.connection import Bus
from vexa.bus.rate_windows import RateWindows

NOWHERE = "redis://127.0.0.1:1"


async def client(redis_url: str, **limits: int) -> AsyncIterator[httpx2.AsyncClient]:
    settings: dict[str, Any] = {f"rate_limit_{name}": value for name, value in limits.items()}
    app = create_app(
        GatewaySettings(
            redis_url=SecretStr(redis_url),
            internal_api_secret=SecretStr("test-internal-secret-of-32-bytes!"),
            **settings,
        )
    )
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://gateway"
        ) as http,
    ):
        yield http


async def test_the_request_over_the_limit_waits_and_others_do_not(redis_url: str) -> None:
    async for http in client(redis_url, rpm=3, admin_rpm=1):
        mine, other = {"X-API-Key": "k1"}, {"X-API-Key": "k2"}
        seen = [await http.get("/recordings", headers=mine) for _ in range(4)]
        assert [answer.status_code for answer in seen] == [501, 501, 501, 429]
        assert [answer.headers["x-ratelimit-remaining"] for answer in seen] == ["2", "1", "0", "0"]
        refused = seen[-1]
        wait_s = int(refused.headers["retry-after"])
        assert 1 <= wait_s <= 120
        assert refused.json() == {
            **{"detail": "Rate limit exceeded", "code": "rate_limited"},
            **{"retry_after": wait_s, "limit": 3},
        }
        assert refused.headers["x-ratelimit-limit"] == "3"
        assert (await http.get("/recordings", headers=other)).status_code == 501
        assert (await http.get("/recordings")).status_code == 501
        assert (await http.get("/health", headers=mine)).status_code == 200
        admin = [(await http.get("/users/x", headers=mine)).status_code for _ in range(2)]
        assert admin == [503, 429]


async def test_zero_means_no_limit(redis_url: str) -> None:
    async for http in client(redis_url, rpm=0):
        answers = [await http.get("/recordings") for _ in range(5)]
        assert {answer.status_code for answer in answers} == {501}
        assert "x-ratelimit-limit" not in answers[0].headers


async def test_without_redis_requests_are_served_uncounted() -> None:
    async for http in client(NOWHERE, rpm=1):
        answers = [await http.get("/recordings") for _ in range(5)]
        assert {answer.status_code for answer in answers} == {501}


async def test_connections_to_the_feed_are_counted(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    env = {"RATE_LIMIT_WS_RPM": "1"}
    with running(sqlite_url, redis_url, tmp_path, "api-gateway", env=env) as programs:
        url = f"ws://127.0.0.1:{programs.ports['api-gateway']}/ws?api_key=k"
        async with connect(url):
            pass
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["retry-after"]) >= 1


async def test_the_window_before_weighs_what_is_left_of_it(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = Bus(redis_url)
    windows = RateWindows(bus)
    at_s = [600.0]
    monkeypatch.setattr("vexa.bus.rate_windows.time.time", lambda: at_s[0])
    took = [await windows.acquire_sliding_window_entry("k", 4, 60) for _ in range(5)]
    assert took == [True] * 4 + [False]
    at_s[0] = 690.0  # half of the window before is left: 2 of its 4 count
    took = [await windows.acquire_sliding_window_entry("k", 4, 60) for _ in range(3)]
    assert took == [True, True, False]
    assert await windows.get_sliding_window("k", 60) == (4, 30.0, 2, 90.0)
    await bus.aclose()
