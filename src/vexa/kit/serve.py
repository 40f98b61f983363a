"""Runs an ASGI app the same way in every HTTP program."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

#: Time that open requests get to finish after SIGTERM; supervisord's own limit is longer.
GRACE_S = 5
#: Largest WebSocket message, unless a program says otherwise.
MAX_MESSAGE_BYTES = 1_048_576


def serve(
    app: FastAPI, host: str, port: int, *, max_message_bytes: int = MAX_MESSAGE_BYTES
) -> None:
    """Serve until SIGTERM or SIGINT. Logs go through `kit.logs`; no access log of uvicorn's own.

    Args:
        app: the service.
        host: address to listen on.
        port: port to listen on.
        max_message_bytes: largest WebSocket message; a larger one closes its connection (1009).
    """
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        ws_max_size=max_message_bytes,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
