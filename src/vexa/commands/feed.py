"""The live feed of one meeting, as a command follows it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from vexa.commands.server import CommandFailed, Server
from vexa.contracts.live_feed import Dialect
from vexa.contracts.meeting import TERMINAL, MeetingStatus

Frame = dict[str, Any]


async def frames(server: Server, address: tuple[str, str]) -> AsyncIterator[Frame]:
    """Yield the acknowledgement, then every frame up to the meeting's end.

    The acknowledgement comes first, so that who then reads over REST misses nothing.

    Raises:
        CommandFailed: the server refuses, or the connection is lost.
    """
    # imported here, since every program passes through the module that lists the commands
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    url = server.url.replace("http", "ws", 1) + f"/ws?dialect={Dialect.MUTABLE}"
    platform, native_id = address
    wanted = [{"platform": platform, "native_id": native_id}]
    try:
        async with connect(url, additional_headers=server.user_headers, proxy=None) as socket:
            await socket.send(json.dumps({"action": "subscribe", "meetings": wanted}))
            async for text in socket:
                frame: Frame = json.loads(text)
                _check(frame)
                yield frame
                if is_end(frame):
                    return
    except (OSError, WebSocketException) as exc:
        raise CommandFailed(f"the live feed of {server.url} is lost: {exc}") from exc
    raise CommandFailed(f"the live feed of {server.url} was closed")


def _check(frame: Frame) -> None:
    if frame["type"] == "error":
        detail = frame.get("details") or frame.get("detail") or frame["error"]
        raise CommandFailed("; ".join(detail) if isinstance(detail, list) else str(detail))


def is_end(frame: Frame) -> bool:
    """Tell whether a frame says that the meeting has ended."""
    if frame["type"] != "meeting.status":
        return False
    return MeetingStatus(frame["payload"]["status"]) in TERMINAL
