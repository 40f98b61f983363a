"""Prepares the image's container: everything between its start and supervisord's.

Runs as the account of the programs, not as root. What the programs need to know goes into one
file, which `docker/monolithic/entrypoint.sh` reads and gives to root.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from vexa.contracts.errors import ConfigurationError
from vexa.kit.settings import load_settings
from vexa.kit.store_urls import masked
from vexa.kit.xauthority import write_xauthority
from vexa.storage.migrate import migrate
from vexa.supervision import redis_server
from vexa.supervision.account import BOT_MANAGER, SERVICE
from vexa.supervision.environment import (
    Accounts,
    Paths,
    Secrets,
    Stores,
    program_environment,
)
from vexa.supervision.port_choice import settle_ports
from vexa.supervision.readiness import health_urls
from vexa.supervision.secrets import load_or_make_secret
from vexa.supervision.settings import ContainerSettings, inherited_environment
from vexa.supervision.store_choice import check_stores
from vexa.supervision.store_wait import Say, wait_for_database, wait_for_redis

_ACCOUNTS = Accounts(
    as_service=" ".join(SERVICE.prefix), as_bot_manager=" ".join(BOT_MANAGER.prefix)
)
_DISPLAY = 99
ENVIRONMENT_FILE = "environment"
#: What `docker/monolithic/healthcheck.py` asks; it is run by another process, with another view.
HEALTH_FILE = "health-addresses"


def prepare_container(say: Say) -> None:
    """Check the configuration, wait for the stores, migrate, and write the environment file.

    Raises:
        ConfigurationError: names what is missing or wrong.
        StoreNotThere: a store did not answer in time.
    """
    settings, lines = settle_ports(load_settings(ContainerSettings))
    inherited = inherited_environment()
    check_configuration(settings, inherited, may_embed=_may_embed(settings))
    paths = Paths(
        settings.vexa_home,
        settings.vexa_run_dir,
        settings.vexa_log_dir,
        settings.vexa_home / "secrets",
    )
    stores = _stores(settings, paths)
    for line in [*describe(settings, stores), *lines]:
        say(line)
    asyncio.run(_wait_and_migrate(settings, stores, say))
    write_xauthority(paths.run / "Xauthority")
    environment = program_environment(
        inherited, settings, paths, stores, _secrets(settings, paths), _DISPLAY, _ACCOUNTS
    )
    _write(paths.run / ENVIRONMENT_FILE, {**environment, **_placement(settings)})
    (paths.run / HEALTH_FILE).write_text("\n".join(health_urls(settings).values()))


def check_configuration(
    settings: ContainerSettings, inherited: Mapping[str, str], *, may_embed: bool
) -> None:
    """Return when the container can start with this environment.

    Raises:
        ConfigurationError: names every variable that is missing or wrong.
    """
    problems = []
    if settings.admin_api_token is None:
        problems.append(
            "ADMIN_API_TOKEN: not set; choose a long random one, such as `openssl rand -hex 32` "
            "prints"
        )
    if settings.device_type == "cuda":
        problems.append(
            "DEVICE_TYPE: this image decodes on the processor only; leave it at cpu, or run "
            "whisperlive elsewhere"
        )
    try:
        check_stores(settings, inherited.keys(), may_embed=may_embed)
    except ConfigurationError as exc:
        problems.append(exc.detail)
    if problems:
        raise ConfigurationError("; ".join(problems))


def describe(settings: ContainerSettings, stores: Stores) -> list[str]:
    """Return the configuration as lines for the log, every secret masked."""
    database = stores.database_url.replace("+asyncpg", "").replace("+aiosqlite", "")
    where = " (embedded)"
    rows = {
        "DATABASE_URL": masked(database) + (where if database.startswith("sqlite") else ""),
        "REDIS_URL": masked(stores.redis_url) + (where if stores.redis_server else ""),
        "ADMIN_API_TOKEN": "set",
        "WHISPER_MODEL_SIZE": settings.whisper_model_size,
        "DEVICE_TYPE": settings.device_type,
        "LOG_LEVEL": settings.log_level,
        "API": f"port {settings.api_gateway_port}"
        + (
            f" and {settings.port}"
            if settings.port not in {None, settings.api_gateway_port}
            else ""
        ),
        "ADMIN": f"port {settings.admin_api_port}",
        "VEXA_HOME": str(settings.vexa_home),
    }
    return [f"{name:<19} {value}" for name, value in rows.items()]


def _may_embed(settings: ContainerSettings) -> bool:
    return settings.vexa_embedded or os.path.ismount(settings.vexa_home)


def _stores(settings: ContainerSettings, paths: Paths) -> Stores:
    if settings.redis_url or settings.redis_host:
        return Stores(settings.sqlalchemy_url, settings.bus_url, None)
    program = redis_server.find_redis_server(settings.vexa_redis_server, paths.run)
    socket = redis_server.write_redis_config(paths.run, paths.home / "redis")
    return Stores(settings.sqlalchemy_url, f"unix://{socket}", program)


async def _wait_and_migrate(settings: ContainerSettings, stores: Stores, say: Say) -> None:
    within_s = settings.vexa_stores_timeout_s
    if not stores.database_url.startswith("sqlite"):
        await wait_for_database(stores.database_url, within_s, say)
    if stores.redis_server is None:
        await wait_for_redis(stores.redis_url, within_s, say)
    await migrate(stores.database_url)


def _secrets(settings: ContainerSettings, paths: Paths) -> Secrets:
    given = settings.internal_api_secret
    assert settings.admin_api_token is not None
    return Secrets(
        settings.admin_api_token.get_secret_value(),
        given.get_secret_value()
        if given
        else load_or_make_secret(paths.secrets, "internal_api_secret"),
    )


def _placement(settings: ContainerSettings) -> dict[str, str]:
    """What is so only in the image."""
    also = {} if settings.port is None else {"API_GATEWAY_ALSO_PORT": str(settings.port)}
    return {
        "HOME": str(settings.vexa_home),
        "BOT_USER": settings.bot_user,
        "BOT_WORK_DIR": str(settings.bot_work_dir),
        "BOT_LOGS_DIR": str(settings.bot_logs_dir),
        **also,
    }


def _write(path: Path, environment: Mapping[str, str]) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", errors="surrogateescape") as file:
        file.write("".join(f"{name}={value}\0" for name, value in environment.items()))
