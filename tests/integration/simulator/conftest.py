"""A simulator in a process of its own, and a headless Chromium that reaches it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

CODE = "abc-defg-hij"

#: Opens a fresh page; extra Chromium arguments start a browser of their own.
OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[SimulatorProcess]:
    async with SimulatorProcess(tmp_path / "simulator", seed=7) as running:
        yield running


@pytest.fixture
async def control(simulator: SimulatorProcess) -> AsyncIterator[ControlClient]:
    async with ControlClient(simulator.control_url) as client:
        yield client


def chromium_path() -> str | None:
    """The system's Chromium, else Playwright's own."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
async def open_page(simulator: SimulatorProcess) -> AsyncIterator[OpenPage]:
    """Each page is in a browser of its own; a script error in a page fails the test."""
    errors: list[str] = []
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())

        async def open_one(*extra: str) -> Page:
            arguments = [
                f"--host-resolver-rules={simulator.host_rules}",
                "--allow-loopback-in-peer-connection",
                "--autoplay-policy=no-user-gesture-required",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                *extra,
            ]
            browser = await playwright.chromium.launch(
                executable_path=chromium_path(), args=arguments
            )
            stack.push_async_callback(browser.close)
            context = await browser.new_context(
                ignore_https_errors=True, permissions=["microphone"]
            )
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            return page

        yield open_one
    assert errors == []


async def press_join(page: Page, button: str, name: str = "Notetaker") -> None:
    """Type a name and press the pre-join button."""
    await page.fill('input[type="text"]', name)
    await page.click(f'//button[.//span[text()="{button}"]]')


async def join(
    page: Page, control: ControlClient, *, name: str = "Notetaker", url: str | None = None
) -> str:
    """Join an open meeting; return the visitor id once media is connected."""
    await page.goto(url or f"https://meet.google.com/{CODE}?hl=en")
    await press_join(page, "Join now", name)
    joined = await control.wait_for_event(CODE, "joined", name=name)
    visitor: str = joined["visitor"]
    await control.wait_for_event(CODE, "connection", visitor=visitor, state="connected")
    return visitor
