"""Turns the two ways of naming a store, a URL or separate variables, into one URL.

Pure: reads no environment. Accepts what hosts hand out: `postgres://`, `sslmode`, encoded
passwords, no port, empty passwords.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from vexa.contracts.errors import ConfigurationError

_POSTGRES_SCHEMES = {
    "postgres",
    "postgresql",
    "postgresql+asyncpg",
    "postgresql+psycopg2",
    "postgresql+psycopg",
}
_SQLITE_SCHEMES = {"sqlite", "sqlite+aiosqlite"}
_ENCODE = (
    "percent-encode special characters in the password (# is %23, / is %2F, ? is %3F, @ is %40)"
)
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


def _parts(url: str, variable: str) -> SplitResult:
    """Split a URL whose password may hold anything, if it is encoded."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(f"{variable}: cannot be read; {_ENCODE}") from None
    # `user:12/34@host` reads as host `user`, port 12: an @ behind the host gives that away
    behind = parts.path + parts.query + parts.fragment
    if parts.fragment or (parts.username is None and "@" in behind):
        raise ConfigurationError(f"{variable}: cannot be read; {_ENCODE}")
    if port == 0:
        raise ConfigurationError(f"{variable}: the port must be from 1 to 65535")
    return parts


def masked(url: str) -> str:
    """Return a store's URL for a person to read: no password, no query but `sslmode`."""
    parts = urlsplit(url)
    login = ""
    if parts.username or parts.password:
        login = f"{parts.username or ''}{':****' if parts.password else ''}@"
    host = parts.netloc.rpartition("@")[2]
    ssl = [(key, value) for key, value in parse_qsl(parts.query) if key in {"sslmode", "ssl"}]
    return f"{parts.scheme}://{login}{host}{parts.path}" + (f"?{urlencode(ssl)}" if ssl else "")


def database_url(url: str) -> str:
    """Normalise a database URL for SQLAlchemy's async drivers.

    Raises:
        ConfigurationError: unknown scheme, no host, bad port or bad sslmode; never echoes the URL.
    """
    url = url.strip()
    scheme = url.split("://", 1)[0].lower()
    if scheme in _SQLITE_SCHEMES:
        return "sqlite+aiosqlite://" + url.split("://", 1)[1]
    if scheme not in _POSTGRES_SCHEMES or "://" not in url:
        raise ConfigurationError(
            "DATABASE_URL: must begin with postgresql://, postgres:// or sqlite:///"
        )
    parts = _parts(url, "DATABASE_URL")
    if not parts.hostname and "host=" not in parts.query:
        raise ConfigurationError("DATABASE_URL: names no host")
    query = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        query["ssl" if key == "sslmode" else key] = value
    if "ssl" in query and query["ssl"] not in _SSL_MODES:
        allowed = ", ".join(sorted(_SSL_MODES))
        raise ConfigurationError(f"DATABASE_URL: sslmode must be one of {allowed}")
    kept = {key: value for key, value in query.items() if key in _ASYNCPG_QUERY}
    login = _netloc(
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.hostname or "",
        parts.port,
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
        ConfigurationError: unknown scheme, no host, bad port or database; never echoes the URL.
    """
    url = url.strip()
    if url.split("://", 1)[0].lower() not in {"redis", "rediss", "unix"} or "://" not in url:
        raise ConfigurationError("REDIS_URL: must begin with redis://, rediss:// or unix://")
    parts = _parts(url, "REDIS_URL")
    if parts.scheme == "unix":
        return url
    if not parts.hostname:
        raise ConfigurationError("REDIS_URL: names no host")
    if parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise ConfigurationError("REDIS_URL: what follows the host must be a database number")
    return url


def redis_url_from_parts(address: Address) -> str:
    """Build a Redis URL from separate variables; `name` is the database number."""
    login = _netloc(address.user, address.password, address.host, address.port)
    return redis_url(f"redis://{login}/{address.name}")
