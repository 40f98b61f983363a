"""Entry point of the program `transcription-collector`."""

from __future__ import annotations

from vexa.kit.logs import configure_logs
from vexa.kit.serve import serve
from vexa.kit.settings import load_settings
from vexa.transcription_collector.app import create_app
from vexa.transcription_collector.settings import CollectorSettings


def run() -> None:
    """Serve until SIGTERM. Raises ConfigurationError for a wrong setting."""
    settings = load_settings(CollectorSettings)
    configure_logs("transcription-collector", settings.log_level)
    app = create_app(settings)
    serve(app, settings.transcription_collector_host, settings.transcription_collector_port)
