"""Runs an ASGI app the same way in every HTTP program."""

from __future__ import annotations

import asyncio
import socket

import structlog
import uvicorn
from fastapi import FastAPI

from vexa.contracts.errors import ConfigurationError

_log = structlog.get_logger(__name__)

#: Time that open requests get to finish after SIGTERM; supervisord's own limit is longer.
GRACE_S = 5
#: How long an idle connection stays open: far longer than any client of ours keeps one.
KEEP_ALIVE_S = 75
#: Largest WebSocket message, unless a program says otherwise.
MAX_MESSAGE_BYTES = 1_048_576
#: Address that means every one of this machine, of IPv6 and IPv4 alike.
EVERY_ADDRESS = "*"
#: Connections that may wait to be accepted; uvicorn's own default.
_BACKLOG = 2048


def serve(
    app: FastAPI,
    host: str,
    *ports: int,
    max_message_bytes: int = MAX_MESSAGE_BYTES,
    websocket: type[asyncio.Protocol] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Logs go through `kit.logs`; no access log of uvicorn's own.

    Args:
        app: the service, from `kit.service_app`.
        host: address to listen on; `*` is every address, IPv6 and IPv4.
        ports: ports to listen on, all with the same app.
        max_message_bytes: largest WebSocket message; a larger one closes its connection (1009).
        websocket: what speaks WebSocket, without compression; None for uvicorn's own, with it.

    Raises:
        ConfigurationError: a port cannot be listened on, or the app refuses to start so.
    """
    sockets = [listen(host, port) for port in ports]
    _log.info("listens", host=host, ports=[sock.getsockname()[1] for sock in sockets])
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="auto" if websocket is None else websocket,
        ws_max_size=max_message_bytes,
        ws_per_message_deflate=websocket is None,
        # who is believed about a client's address is the gateway's own setting
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    try:
        uvicorn.Server(config).run(sockets=sockets)
    except SystemExit:
        # uvicorn's way to say that the app did not start
        refusal = getattr(app.state, "start_refusal", None)
        if refusal is not None:
            raise refusal from None
        raise


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ConfigurationError: the port is in use, or the address is not one of this machine.
    """
    try:
        if host == EVERY_ADDRESS and socket.has_dualstack_ipv6():
            return socket.create_server(
                ("::", port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True
            )
        address = "0.0.0.0" if host == EVERY_ADDRESS else host
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except OSError as exc:
        raise ConfigurationError(f"cannot listen on {host}, port {port}: {exc.strerror}") from exc
