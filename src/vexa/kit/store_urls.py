"""Turns the two ways of naming a store, a URL or separate variables, into one URL.

Pure: reads no environment. Accepts what hosts hand out: `postgres://`, `sslmode`, encoded
passwords, no port, empty passwords.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from vexa.contracts.errors import ConfigurationError

_POSTGRES_SCHEMES = {
    "postgres",
    "postgresql",
    "postgresql+asyncpg",
    "postgresql+psycopg2",
    "postgresql+psycopg",
}
_SQLITE_SCHEMES = {"sqlite", "sqlite+aiosqlite"}
_SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
#: Query keys that asyncpg understands; hosts add others (`channel_binding`, `pgbouncer`) for libpq.
_ASYNCPG_QUERY = {"ssl", "host", "command_timeout", "target_session_attrs"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is, from separate variables."""

    host: str
    port: int
    name: str
    user: str
    password: str


def _netloc(user: str, password: str, host: str, port: int | None) -> str:
    login = ""
    if user or password:
        login = quote(user, safe="")
        login += f":{quote(password, safe='')}" if password else ""
        login += "@"
    shown = f"[{host}]" if ":" in host else host
    return f"{login}{shown}" + (f":{port}" if port else "")


def _port(parts_port: object, variable: str) -> int | None:
    if parts_port is None or isinstance(parts_port, int):
        return parts_port
    raise ConfigurationError(f"{variable}: the port is not a number")


def database_url(url: str) -> str:
    """Normalise a database URL for SQLAlchemy's async drivers.

    Raises:
        ConfigurationError: unknown scheme, bad port or bad sslmode; never echoes the URL.
    """
    url = url.strip()
    scheme = url.split("://", 1)[0].lower()
    if scheme in _SQLITE_SCHEMES:
        return "sqlite+aiosqlite://" + url.split("://", 1)[1]
    if scheme not in _POSTGRES_SCHEMES or "://" not in url:
        raise ConfigurationError(
            "DATABASE_URL: must begin with postgresql://, postgres:// or sqlite:///"
        )
    try:
        parts = urlsplit(url)
        port = _port(parts.port, "DATABASE_URL")
    except ValueError as exc:
        raise ConfigurationError(
            "DATABASE_URL: cannot be read; percent-encode special characters in the password "
            "(# is %23, / is %2F, ? is %3F)"
        ) from exc
    query = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        query["ssl" if key == "sslmode" else key] = value
    if "ssl" in query and query["ssl"] not in _SSL_MODES:
        allowed = ", ".join(sorted(_SSL_MODES))
        raise ConfigurationError(f"DATABASE_URL: sslmode must be one of {allowed}")
    kept = {key: value for key, value in query.items() if key in _ASYNCPG_QUERY}
    login = _netloc(
        unquote(parts.username or ""), unquote(parts.password or ""), parts.hostname or "", port
    )
    tail = f"?{urlencode(kept)}" if kept else ""
    return f"postgresql+asyncpg://{login}{parts.path or '/vexa'}{tail}"


def database_url_from_parts(address: Address, sslmode: str | None) -> str:
    """Build a Postgres URL from separate variables."""
    login = _netloc(address.user, address.password, address.host, address.port)
    tail = f"?sslmode={sslmode}" if sslmode else ""
    return database_url(f"postgresql://{login}/{quote(address.name, safe='')}{tail}")


def sqlite_url(path: Path) -> str:
    """Build the URL of an SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def redis_url(url: str) -> str:
    """Check a Redis URL: `redis://`, `rediss://` or `unix://`.

    Raises:
        ConfigurationError: unknown scheme or bad port; never echoes the URL.
    """
    url = url.strip()
    if url.split("://", 1)[0].lower() not in {"redis", "rediss", "unix"} or "://" not in url:
        raise ConfigurationError("REDIS_URL: must begin with redis://, rediss:// or unix://")
    try:
        _port(urlsplit(url).port, "REDIS_URL")
    except ValueError as exc:
        raise ConfigurationError(
            "REDIS_URL: cannot be read; percent-encode special characters in the password"
        ) from exc
    return url


def redis_url_from_parts(address: Address) -> str:
    """Build a Redis URL from separate variables; `name` is the database number."""
    login = _netloc(address.user, address.password, address.host, address.port)
    return redis_url(f"redis://{login}/{address.name}")
