"""Entry point of the program `whisperlive`."""

from __future__ import annotations

from vexa.kit.logs import configure_logs
from vexa.kit.serve import serve
from vexa.kit.settings import load_settings
from vexa.whisperlive.health import create_app
from vexa.whisperlive.settings import WhisperSettings


def run() -> None:
    """Serve speech until SIGTERM or SIGINT. Raises ConfigurationError for a wrong setting."""
    settings = load_settings(WhisperSettings)
    configure_logs("whisperlive", settings.log_level)
    serve(create_app(settings), settings.whisper_live_host, settings.whisper_live_health_port)
