"""Runs the simulator, with a meeting or without, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import typer

from vexa.commands.simulate.explain import facts, in_words, meeting_facts
from vexa.commands.simulate.meeting import check_id, read_people, write_turns
from vexa.contracts.errors import ConfigurationError
from vexa.demo.simulated_meeting import speech_body
from vexa.demo.speech import Recording, read_recordings
from vexa.kit.report import Report
from vexa.kit.settings import load_settings
from vexa.simulator.app import Simulator
from vexa.simulator.client import ControlClient
from vexa.simulator.doubles import DEFAULT_PLATFORM, DOUBLES
from vexa.simulator.flite import write_flite_speech
from vexa.simulator.main import log_to_stderr
from vexa.simulator.settings import SimulatorSettings


@dataclass(frozen=True)
class Wishes:
    """The options as given; None where none was."""

    platform: str | None
    meeting: str | None
    people: str | None
    speech: Path | None
    talk_s: float
    has_lobby: bool
    home: Path | None
    https_port: int | None
    control_port: int | None
    seed: int | None
    as_json: bool


@dataclass(frozen=True)
class _Plan:
    """A checked meeting that is still to be created."""

    platform: str
    native_id: str
    people: list[str]
    recordings: list[Recording]


def _plan(wishes: Wishes, home: Path) -> _Plan | None:
    """Check the options of a meeting. Raises BadParameter, ConfigurationError."""
    if wishes.speech is not None and wishes.people is None:
        raise typer.BadParameter("needs --people, who say it", param_hint="--speech")
    wanted = (wishes.platform, wishes.meeting, wishes.people)
    if not wishes.has_lobby and all(wish is None for wish in wanted):
        return None
    platform = str(wishes.platform or DEFAULT_PLATFORM)
    native_id = wishes.meeting
    if native_id is None:
        native_id = DOUBLES.load(platform).made_up_id(random.Random(wishes.seed))
    check_id(platform, native_id)
    people = read_people(wishes.people) if wishes.people is not None else []
    return _Plan(platform, native_id, people, _recordings(wishes.speech, home) if people else [])


def _recordings(folder: Path | None, home: Path) -> list[Recording]:
    if folder is not None:
        return read_recordings(folder, given_by="--speech")
    try:
        write_flite_speech(home / "flite")
    except (FileNotFoundError, subprocess.CalledProcessError) as exc:
        raise ConfigurationError(
            "--people needs flite with its voices, or a folder of recordings by --speech"
        ) from exc
    return read_recordings(home / "flite")


async def _create(simulator: Simulator, plan: _Plan, wishes: Wishes) -> dict[str, Any]:
    turns = write_turns(plan.people, plan.recordings, wishes.talk_s)
    async with ControlClient(simulator.control_url) as control:
        await control.create_meeting(
            plan.native_id,
            platform=plan.platform,
            access="ask" if wishes.has_lobby else "open",
            clock="on_admission",
        )
        for person in plan.people:
            said = [speech_body(turn) for turn in turns if turn.participant == person]
            try:
                await control.add_participant(plan.native_id, person, speech=said)
            except httpx2.HTTPStatusError as exc:
                raise ConfigurationError(f"--people, --speech: {exc.response.text}") from exc
    return meeting_facts(
        simulator, plan.platform, plan.native_id, plan.people, has_lobby=wishes.has_lobby
    )


async def _simulate(wishes: Wishes, settings: SimulatorSettings, report: Report) -> None:
    home = (wishes.home or settings.home).resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise typer.BadParameter(
            f"{home} cannot be made ({exc.strerror}); allowed: a folder to write in",
            param_hint="--home",
        ) from exc
    plan = await asyncio.to_thread(_plan, wishes, home)
    async with Simulator(
        home,
        https_port=_chosen(wishes.https_port, settings.simulator_https_port),
        control_port=_chosen(wishes.control_port, settings.simulator_control_port),
        seed=settings.simulator_seed if wishes.seed is None else wishes.seed,
    ) as simulator:
        known = facts(simulator, await _create(simulator, plan, wishes) if plan else None)
        if wishes.as_json:
            report.emit(known)
        else:
            typer.echo("\n".join(in_words(known)))
        await asyncio.Event().wait()


def _chosen(wish: int | None, setting: int) -> int:
    return setting if wish is None else wish


async def _run_until_signal(wishes: Wishes, settings: SimulatorSettings) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await _simulate(wishes, settings, Report())


def run_simulation(wishes: Wishes) -> None:
    """Run until Ctrl-C or SIGTERM.

    Raises:
        BadParameter: an option cannot be meant so; it says what is allowed.
        ConfigurationError: a setting, a port or a program is in the way.
    """
    settings = load_settings(SimulatorSettings)
    # a line for each request would hide the addresses
    chosen = "log_level" in settings.model_fields_set
    log_to_stderr(settings.log_level if chosen else "warning")
    asyncio.run(_run_until_signal(wishes, settings))
