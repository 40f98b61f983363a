"""What must be so before anything is started: each failure is one line that says what to do."""

from __future__ import annotations

import shutil
import socket

from vexa.contracts.errors import ConfigurationError
from vexa.supervision.settings import UpSettings

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def port_variables(settings: UpSettings) -> dict[str, int]:
    """Variable → port, for every port that the server listens on."""
    return {
        "API_GATEWAY_PORT": settings.api_gateway_port,
        "ADMIN_API_PORT": settings.admin_api_port,
        "BOT_MANAGER_PORT": settings.bot_manager_port,
        "TRANSCRIPTION_COLLECTOR_PORT": settings.transcription_collector_port,
        "WHISPER_LIVE_PORT": settings.whisper_live_port,
        "WHISPER_LIVE_HEALTH_PORT": settings.whisper_live_health_port,
    }


def check_ports(settings: UpSettings) -> None:
    """Raise ConfigurationError that names each port in use and the variable that moves it."""
    problems = []
    for variable, port in port_variables(settings).items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except PermissionError:
                problems.append(f"{variable}: not allowed to use port {port}")
            except OSError:
                problems.append(f"{variable}: port {port} is in use; end that program or set it")
    if problems:
        raise ConfigurationError("; ".join(problems))


def check_tools(bundled_chromium: str | None) -> None:
    """Raise ConfigurationError that names each missing tool."""
    missing = []
    if shutil.which("Xvfb") is None:
        missing.append("Xvfb (Debian: xvfb)")
    if bundled_chromium is None and not any(shutil.which(name) for name in _CHROMIUM_NAMES):
        missing.append("a browser (Debian: chromium), or its path in CHROMIUM_PATH")
    if missing:
        raise ConfigurationError(f"missing: {', '.join(missing)}; `make setup` installs them")
