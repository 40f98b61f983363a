"""Decides whether the stores of a container are where its operator meant them to be. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from vexa.contracts.errors import ConfigurationError
from vexa.supervision.settings import UpSettings

#: Share of like letters (difflib's ratio) from which a name counts as another one misspelt.
_LIKE = 0.81


@dataclass(frozen=True, slots=True)
class _Store:
    what: str
    variables: tuple[str, ...]
    also_called: dict[str, str]
    example: str
    url: Callable[[UpSettings], str]
    is_named: Callable[[UpSettings], bool]


#: `also_called`: what hosts and other servers call the same thing, too unlike to be seen by form.
_STORES = (
    _Store(
        "the database",
        ("DATABASE_URL", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"),
        {
            "DATABASE_HOST": "DB_HOST",
            "DATABASE_PRIVATE_URL": "DATABASE_URL",
            "DATABASE_PUBLIC_URL": "DATABASE_URL",
            "DB_DATABASE": "DB_NAME",
            "DB_HOSTNAME": "DB_HOST",
            "DB_PASS": "DB_PASSWORD",
            "DB_URL": "DATABASE_URL",
            "DB_USERNAME": "DB_USER",
            "PGHOST": "DB_HOST",
            "PG_URL": "DATABASE_URL",
            "POSTGRES_HOST": "DB_HOST",
            "POSTGRES_URI": "DATABASE_URL",
            "POSTGRES_URL": "DATABASE_URL",
            "POSTGRESQL_URL": "DATABASE_URL",
        },
        "DATABASE_URL (postgresql://user:password@host:5432/name), or DB_HOST with DB_PORT, "
        "DB_NAME, DB_USER and DB_PASSWORD",
        lambda settings: settings.sqlalchemy_url,
        lambda settings: settings.database_url is not None or settings.db_host is not None,
    ),
    _Store(
        "Redis",
        ("REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_USER", "REDIS_PASSWORD", "REDIS_DB"),
        {"REDISCLOUD_URL": "REDIS_URL"},
        "REDIS_URL (redis://:password@host:6379/0), or REDIS_HOST with REDIS_PORT and "
        "REDIS_PASSWORD",
        lambda settings: settings.bus_url,
        lambda settings: settings.redis_url is not None or settings.redis_host is not None,
    ),
)


def check_stores(settings: UpSettings, names: Collection[str], *, may_embed: bool) -> None:
    """Return when each store is named, or may be embedded and nobody tried to name it.

    Args:
        settings: what was read from the environment.
        names: every variable of the environment.
        may_embed: whether what the container keeps itself outlives it.

    Raises:
        ConfigurationError: names each variable that is missing, misspelt or wrong.
    """
    found = (_problem(store, settings, names, may_embed) for store in _STORES)
    if problems := [problem for problem in found if problem is not None]:
        raise ConfigurationError("; ".join(problems))


def _problem(
    store: _Store, settings: UpSettings, names: Collection[str], may_embed: bool
) -> str | None:
    if not store.is_named(settings) and (problem := _misspelt(store, names)):
        return problem
    try:
        url = store.url(settings)
    except ConfigurationError as exc:
        return exc.detail
    if may_embed or (store.is_named(settings) and not url.startswith("sqlite")):
        return None
    if store.is_named(settings):
        return (
            "DATABASE_URL: names a file inside the container, which is lost with it; mount a "
            f"folder at {settings.vexa_home}, or set VEXA_EMBEDDED=1 if that is meant"
        )
    return (
        f"{store.what} is not named: set {store.example}. To keep it in the container instead, "
        f"mount a folder at {settings.vexa_home}, or set VEXA_EMBEDDED=1 and lose it with the "
        "container"
    )


def _misspelt(store: _Store, names: Collection[str]) -> str | None:
    for name in sorted(names):
        if name in store.variables:
            continue
        meant = store.also_called.get(name)
        if meant is None:
            close = difflib.get_close_matches(name.upper(), store.variables, 1, _LIKE)
            meant = close[0] if close else None
        if meant is not None:
            return f"{name}: not a variable of this server; it reads {meant}"
    return None
