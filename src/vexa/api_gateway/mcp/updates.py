"""Tells a client that a transcript which it follows has changed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from anyio import CancelScope
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from vexa.api_gateway.authorization import NotAuthorized
from vexa.api_gateway.live_feed import FeedParts
from vexa.api_gateway.mcp.resources import read_uri
from vexa.contracts.errors import Unavailable
from vexa.contracts.stream_names import meeting_feed, meeting_status
from vexa.kit.tasks import BackgroundTasks

#: Resources that one client may follow at a time.
MAX_FOLLOWED = 50
#: Least time between two notices about one resource. A notice says "read again", so several
#: changes make one.
NOTICE_INTERVAL_S = 0.5

Tell = Callable[[], Awaitable[None]]


class Updates:
    """Follows the channels of the live feed.

    Args:
        feed: where the frames are published, and who knows about keys and meetings.
    """

    def __init__(self, feed: FeedParts) -> None:
        self._bus = feed.bus
        self._authorizer = feed.authorizer
        self._ended_keys = feed.ended_keys

    @asynccontextmanager
    async def following(self, api_key: str, uri: str, tell: Tell) -> AsyncIterator[None]:
        """Await `tell` after changes of the newest stay at `uri`, as long as the context is open
        and the key is valid.

        Raises:
            MCPError: the key may not read this resource, or nobody can tell.
        """
        meeting_id = await self._meeting_of(api_key, uri)
        changed = asyncio.Event()

        def on_frame(_channel: str, _text: str) -> None:
            changed.set()

        channels = (meeting_feed(meeting_id), meeting_status(meeting_id))
        tasks = BackgroundTasks()
        telling = tasks.spawn("mcp-updates", _tell_of(changed, tell))

        def on_key_ended() -> None:
            telling.cancel()

        digest = hashlib.sha256(api_key.encode("utf-8", "surrogateescape")).hexdigest()
        self._ended_keys.watch(digest, on_key_ended)
        try:
            for channel in channels:
                await self._bus.subscribe(channel, on_frame)
            yield
        except Unavailable as exc:
            raise MCPError(INTERNAL_ERROR, exc.detail, {"uri": uri, "code": exc.code}) from exc
        finally:
            self._ended_keys.forget(digest, on_key_ended)
            # a client that has gone cancels its scope, in which nothing could be awaited any more
            with CancelScope(shield=True):
                await tasks.aclose()
                for channel in channels:
                    await self._bus.unsubscribe(channel, on_frame)

    async def _meeting_of(self, api_key: str, uri: str) -> int:
        try:
            answer = await self._authorizer.ask(api_key, [read_uri(uri)])
        except NotAuthorized as exc:
            data = {"uri": uri, "status": exc.status}
            raise MCPError(INVALID_PARAMS, "This key may not read the resource", data) from exc
        except Unavailable as exc:
            raise MCPError(INTERNAL_ERROR, exc.detail, {"uri": uri, "code": exc.code}) from exc
        if not answer.authorized:
            raise MCPError(INVALID_PARAMS, "No meeting of yours has this address", {"uri": uri})
        return int(answer.authorized[0].meeting_id)


async def _tell_of(changed: asyncio.Event, tell: Tell) -> None:
    while True:
        await changed.wait()
        changed.clear()
        await tell()
        await asyncio.sleep(NOTICE_INTERVAL_S)
