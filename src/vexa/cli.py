"""The `vexa` command: every program of the server, and what an operator types."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from vexa.contracts.errors import EXIT_CONFIGURATION, ConfigurationError
from vexa.kit.registry import Registry

#: Program name, as in `supervisorctl status` → what runs it.
PROGRAMS: Registry[Callable[[], None]] = Registry(
    "program",
    {
        "admin-api": "vexa.admin_api.main:run",
        "api-gateway": "vexa.api_gateway.main:run",
        "bot": "vexa.bot.main:run",
        "bot-manager": "vexa.bot_manager.main:run",
        "transcription-collector": "vexa.transcription_collector.main:run",
        "whisperlive": "vexa.whisperlive.main:run",
    },
)

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    """Self-hosted meeting bots and live transcription."""


def _add_program(name: str) -> None:
    def run() -> None:
        PROGRAMS.load(name)()

    app.command(name, help=f"Run the program {name}.", rich_help_panel="Programs")(run)


for _name in PROGRAMS.names:
    _add_program(_name)


def main() -> None:
    """Entry point of the `vexa` script; a wrong setting exits with 78 and one clear line."""
    try:
        app()
    except ConfigurationError as exc:
        sys.stderr.write(f"vexa: {exc.detail}\n")
        sys.exit(EXIT_CONFIGURATION)
