"""What `vexa simulate` takes. Loads the simulator, which needs the extra `demo`, only when run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vexa.contracts.errors import ConfigurationError
from vexa.contracts.meeting import PlatformName

Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Default or 0: a free one.")]


def simulate(
    platform: Annotated[
        PlatformName | None, typer.Option(help="Create a meeting of this platform.")
    ] = None,
    meeting: Annotated[
        str | None, typer.Option(help="Create a meeting of this id; else one is made up.")
    ] = None,
    people: Annotated[
        str | None, typer.Option(help="Create a meeting with people who talk: 'Ada, Ben'.")
    ] = None,
    speech: Annotated[
        Path | None, typer.Option(help="Folder with manifest.json that they say; else flite.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, max=60, help="How long they talk.")] = 2.0,
    lobby: Annotated[bool, typer.Option("--lobby", help="Whoever comes has to be let in.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder for certificates and records.")] = None,
    https_port: Port = None,
    control_port: Port = None,
    seed: Annotated[int | None, typer.Option(help="Repeatable ids and flickers.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line when ready, for a program.")
    ] = False,
) -> None:
    """Run doubles of the meeting platforms, to test any bot on them. Ctrl-C ends it."""
    try:
        from vexa.commands.simulate.run import Wishes, run_simulation
    except ModuleNotFoundError as exc:
        raise ConfigurationError(
            f"{exc.name} is missing; `pip install 'vexa[demo]'` or `make demo` installs it"
        ) from exc
    run_simulation(
        Wishes(
            platform=platform,
            meeting=meeting,
            people=people,
            speech=speech,
            talk_s=minutes * 60,
            has_lobby=lobby,
            home=home,
            https_port=https_port,
            control_port=control_port,
            seed=seed,
            as_json=as_json,
        )
    )
