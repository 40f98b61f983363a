"""Why a connection is refused, and how the client is told."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from vexa.contracts.errors import NotAllowed, Unavailable, VexaError
from vexa.contracts.whisper_protocol import (
    CLOSE_BAD_HELLO,
    CLOSE_NOT_AUTHORISED,
    CLOSE_OVERLOADED,
)
from vexa.whisperlive import metrics

#: What a refused client should wait, in minutes: the protocol's unit.
WAIT_MIN = 0.5
#: RFC 6455 §7.4.1 registry: try again later.
CLOSE_TRY_AGAIN = 1013


def close_code(error: VexaError) -> int:
    """Return the close code of an error."""
    if isinstance(error, NotAllowed):
        return CLOSE_NOT_AUTHORISED
    return CLOSE_TRY_AGAIN if isinstance(error, Unavailable) else CLOSE_BAD_HELLO


async def refuse(client: ServerConnection, uid: str | None, error: VexaError) -> None:
    """Say what is wrong, and close."""
    metrics.REFUSED.labels(error.code).inc()
    await _send(client, {"uid": uid, "status": "ERROR", "message": error.detail})
    await client.close(close_code(error), error.code)


async def ask_to_wait(client: ServerConnection, uid: str) -> None:
    """Say that the server is full, and close."""
    metrics.REFUSED.labels("full").inc()
    await _send(client, {"uid": uid, "status": "WAIT", "message": WAIT_MIN})
    await client.close(CLOSE_OVERLOADED, "full")


async def _send(client: ServerConnection, message: dict[str, Any]) -> None:
    with contextlib.suppress(ConnectionClosed):
        await client.send(json.dumps(message))
