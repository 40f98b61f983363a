"""Keeps the bot's page on its platform: the main frame opens listed hosts only, redirects included.

Only requests for documents are held for a look, so the call itself takes no detour. Other windows
that a page opens are closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from vexa.kit.tasks import BackgroundTasks


def may_open(url: str, hosts: frozenset[str]) -> bool:
    """Tell whether the main frame may open an address."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and (parts.hostname or "") in hosts
    except ValueError:
        return False


class NavigationGuard:
    """Watches one page."""

    def __init__(self, hosts: frozenset[str], on_refused: Callable[[], None]) -> None:
        self._hosts = hosts
        self._on_refused = on_refused
        self._tasks = BackgroundTasks()
        self._main_frame = ""

    async def watch(self, context: BrowserContext, page: Page) -> None:
        """Begin, before the page opens anything."""
        session = await context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        self._main_frame = tree["frameTree"]["frame"]["id"]
        session.on(
            "Fetch.requestPaused",
            lambda event: self._tasks.spawn("navigation", self._judge(session, event)),
        )
        documents = {"urlPattern": "*", "resourceType": "Document"}
        await session.send("Fetch.enable", {"patterns": [documents]})
        context.on("page", lambda other: self._tasks.spawn("other window", _close(other)))

    async def _judge(self, session: CDPSession, event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        is_main = event["frameId"] == self._main_frame
        try:
            if not is_main or may_open(event["request"]["url"], self._hosts):
                await session.send("Fetch.continueRequest", request)
                return
            await session.send("Fetch.failRequest", {**request, "errorReason": "BlockedByClient"})
        except PlaywrightError:
            # the page went away meanwhile
            return
        self._on_refused()

    async def aclose(self) -> None:
        """Stop judging."""
        await self._tasks.aclose()


async def _close(other: Page) -> None:
    try:
        await other.close()
    except PlaywrightError:
        # it closed itself
        return
