"""The `vexa` command: every program of the server, and what an operator types."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import typer

from vexa.commands import bots, tokens, transcripts, users
from vexa.commands.output import AsJson
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
    if _name != "bot":
        _add_program(_name)


@bots.app.callback(invoke_without_command=True)
def _bot(context: typer.Context) -> None:
    """Bots in meetings; needs an API key. With no command: the program, as bot-manager runs it."""
    if context.invoked_subcommand is not None:
        return
    if sys.stdin.isatty():
        typer.echo(context.get_help())
        return
    PROGRAMS.load("bot")()


app.add_typer(users.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(bots.app, name="bot")
app.add_typer(transcripts.app, name="transcript")


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


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine: what is wrong, and what to do about it."""
    from vexa.commands.doctor.command import run_doctor

    run_doctor(as_json=as_json)


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
