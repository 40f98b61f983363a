"""Entry point of the program admin-api."""

from __future__ import annotations

from vexa.admin_api.app import create_app
from vexa.admin_api.settings import AdminApiSettings
from vexa.kit.logs import configure_logs
from vexa.kit.serve import serve
from vexa.kit.settings import load_settings


def run() -> None:
    """Serve until SIGTERM.

    Raises:
        ConfigurationError: a setting has a value that is not allowed.
    """
    settings = load_settings(AdminApiSettings)
    configure_logs("admin-api", settings.log_level)
    serve(create_app(settings), settings.admin_api_host, settings.admin_api_port)
