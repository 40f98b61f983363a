"""Entry point of the program bot-manager."""

from __future__ import annotations

from vexa.bot_manager.app import create_app
from vexa.bot_manager.settings import BotManagerSettings
from vexa.kit.logs import configure_logs
from vexa.kit.serve import serve
from vexa.kit.settings import load_settings


def run() -> None:
    """Serve until SIGTERM. The bots go on, and are adopted by the next run.

    Raises:
        ConfigurationError: a setting has a value that is not allowed.
    """
    settings = load_settings(BotManagerSettings)
    configure_logs("bot-manager", settings.log_level)
    serve(create_app(settings), settings.bot_manager_host, settings.bot_manager_port)
