"""Runs an ASGI app the same way in every HTTP program."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

#: Time that open requests get to finish after SIGTERM; supervisord's own limit is longer.
GRACE_S = 5


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Logs go through `kit.logs`; no access log of uvicorn's own."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
