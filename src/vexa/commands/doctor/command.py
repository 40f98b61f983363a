"""Runs every check, prints a line for each, and says with the exit status whether all is well."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

import typer
from pydantic import SecretStr

from vexa.bot_manager.settings import BotManagerSettings
from vexa.commands.doctor import host, speech, stores
from vexa.commands.doctor.findings import Finding, Level, fail
from vexa.commands.output import print_json, printable
from vexa.contracts.errors import ConfigurationError
from vexa.kit.settings import load_settings
from vexa.supervision.settings import UpSettings
from vexa.whisperlive.settings import WhisperSettings

#: The programs want it, and no check does.
_NO_SECRET = SecretStr("not used by doctor")


def run_doctor(*, as_json: bool) -> None:
    """Print what was found; exit with 1 when something must be done before the server works."""
    findings = asyncio.run(_findings())
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    if any(finding.level is Level.FAIL for finding in findings):
        raise typer.Exit(1)


async def _findings() -> list[Finding]:
    found = []
    for name, check in (
        ("database", _database),
        ("redis", _redis),
        ("model", _model),
        ("chromium", _chromium),
        ("sandbox", _sandbox),
        ("sound sink", _sound_sink),
        ("pointer", _pointer),
    ):
        found.append(await _with_settings(name, check))
    found += [host.check_display(), host.check_shared_memory()]
    return [*found, *_files_and_ports()]


async def _with_settings(name: str, check: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await check()
    except ConfigurationError as exc:
        return fail(name, exc.detail, "correct this setting")


async def _database() -> Finding:
    return await stores.check_database(load_settings(UpSettings))


async def _redis() -> Finding:
    return await stores.check_redis(load_settings(UpSettings))


async def _model() -> Finding:
    settings = load_settings(WhisperSettings, internal_api_secret=_NO_SECRET)
    return await speech.check_model(settings)


async def _chromium() -> Finding:
    return await host.check_chromium(_bot_settings().chromium_path)


async def _sandbox() -> Finding:
    return await host.check_sandbox(_bot_settings().bot_user)


async def _sound_sink() -> Finding:
    return host.check_sound_sink(is_wanted=_bot_settings().bot_sound_sink)


async def _pointer() -> Finding:
    return host.check_pointer(is_wanted=_bot_settings().bot_own_display)


def _bot_settings() -> BotManagerSettings:
    return load_settings(BotManagerSettings, internal_api_secret=_NO_SECRET)


def _files_and_ports() -> list[Finding]:
    try:
        settings = load_settings(UpSettings)
    except ConfigurationError as exc:
        return [fail("settings", exc.detail, "correct this setting")]
    home = settings.vexa_home.resolve()
    return [
        host.check_secrets(home / "secrets"),
        host.check_disk(home),
        *host.check_ports(settings),
    ]


def _print(finding: Finding) -> None:
    typer.echo(f"{finding.level:<5} {finding.name:<12} {printable(finding.text)}")
    if finding.remedy:
        typer.echo(f"{'':<18} -> {printable(finding.remedy)}")
