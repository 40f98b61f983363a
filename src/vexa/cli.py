"""The `vexa` command: every program of the server, and what an operator types."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import typer

from vexa.contracts.errors import EXIT_CONFIGURATION, ConfigurationError, VexaError
from vexa.kit.registry import Registry
from vexa.kit.settings import DatabaseSettings, load_settings

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


@app.command()
def up() -> None:
    """Run everything on this machine, in the foreground."""
    from vexa.supervision.up import run_up

    run_up(typer.echo)


@app.command()
def demo() -> None:
    """Hold a simulated meeting with a bot in it; show and score the transcript."""
    try:
        from vexa.demo.main import run_demo
    except ModuleNotFoundError as exc:
        raise ConfigurationError(f"{exc.name} is missing; `make demo` installs it") from exc
    run_demo()


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    from vexa.storage.migrate import migrate as migrate_database

    asyncio.run(migrate_database(load_settings(DatabaseSettings).sqlalchemy_url))


def main() -> None:
    """Entry point of the `vexa` script.

    A wrong setting exits with 78, another error of ours with 1; each prints one clear line.
    """
    try:
        app()
    except ConfigurationError as exc:
        sys.stderr.write(f"vexa: {exc.detail}\n")
        sys.exit(EXIT_CONFIGURATION)
    except VexaError as exc:
        sys.stderr.write(f"vexa: {exc.detail}\n")
        sys.exit(1)
