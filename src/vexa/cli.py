"""The `vexa` command: every program of the server, and what an operator types."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from vexa.commands import bots, tokens, transcripts, users
from vexa.commands.output import AsJson
from vexa.commands.simulate.command import simulate
from vexa.contracts.errors import ConfigurationError
from vexa.kit.settings import DatabaseSettings, load_settings
from vexa.programs import PROGRAMS, telling_errors

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
app.command()(simulate)


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
def drain(
    within: Annotated[float, typer.Option(help="All the time there is, seconds.")] = 5.5,
) -> None:
    """Take every bot out of its meeting, refuse new ones, and wait until the text is stored."""
    from vexa.supervision import drain as draining
    from vexa.supervision.settings import UpSettings

    settings = load_settings(UpSettings)
    secret = draining.kept_internal_secret(settings)
    if not draining.drain(settings, secret, within, typer.echo):
        raise typer.Exit(1)


@app.command(rich_help_panel="Programs")
def container() -> None:
    """Prepare the image's container; its entrypoint runs this."""
    from vexa.supervision.container import prepare_container

    prepare_container(lambda line: typer.echo(f"vexa: {line}"))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine: what is wrong, and what to do about it."""
    from vexa.commands.doctor.command import run_doctor

    run_doctor(as_json=as_json)


def main() -> None:
    """Entry point of the `vexa` script."""
    telling_errors(app)
