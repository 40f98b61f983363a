"""`/docs` and `/redoc` of both public ports render in Chromium without a network."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, async_playwright

from tests.support.programs import Programs

REDOC_BADGE = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@pytest.fixture
async def programs(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Programs]:
    programs = Programs(sqlite_url, redis_url, tmp_path)
    try:
        for name in ("admin-api", "api-gateway"):
            await asyncio.to_thread(programs.start, name)
        yield programs
    finally:
        await asyncio.to_thread(programs.stop)


@pytest.fixture
async def page(outside: list[str]) -> AsyncIterator[Page]:
    async def only_loopback(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.hostname == "127.0.0.1" or address.scheme in {"data", "blob"}:
            await route.continue_()
        else:
            outside.append(route.request.url)
            await route.abort()

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        page = await browser.new_page()
        await page.route("**/*", only_loopback)
        yield page
        await browser.close()


@pytest.fixture
def outside() -> list[str]:
    return []


async def test_docs_and_redoc_render_with_no_network(
    programs: Programs, page: Page, outside: list[str]
) -> None:
    for name, path_text in (("api-gateway", "/bots/status"), ("admin-api", "/admin/users")):
        await page.goto(programs.url(name) + "/docs")
        await page.locator(".opblock").first.wait_for(timeout=20_000)
        assert path_text in (await page.locator(".swagger-ui").inner_text()).replace("\u200b", "")
        await page.goto(programs.url(name) + "/redoc")
        await page.locator("[data-section-id]").first.wait_for(timeout=20_000)
        assert await page.locator("h1").count() > 0
    # ReDoc's own badge below the menu; the page does not need it
    assert set(outside) <= {REDOC_BADGE}
