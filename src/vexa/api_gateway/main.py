"""Entry point of the program `api-gateway`."""

from __future__ import annotations

import resource

from vexa.api_gateway.app import create_app
from vexa.api_gateway.settings import GatewaySettings
from vexa.kit.logs import configure_logs
from vexa.kit.ready_frames import ReadyFrameProtocol
from vexa.kit.serve import serve
from vexa.kit.settings import load_settings

#: Largest message of a `/ws` client: 50 meetings fit many times over.
MAX_MESSAGE_BYTES = 65_536


def run() -> None:
    """Serve until SIGTERM. Raises ConfigurationError for a wrong setting."""
    settings = load_settings(GatewaySettings)
    configure_logs("api-gateway", settings.log_level)
    _allow_many_connections()
    app = create_app(settings)
    serve(
        app,
        settings.api_gateway_host,
        *settings.ports,
        max_message_bytes=MAX_MESSAGE_BYTES,
        websocket=ReadyFrameProtocol,
    )


def _allow_many_connections() -> None:
    """Take as many file descriptors as the system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
