"""External stores of the image's tests, with passwords that URLs make awkward."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from tests.support.processes import ServerProcess, port_open
from tests.support.stores import postgres_server
from vexa.supervision.redis_server import find_redis_server

#: As the deployment document names them; both are theirs alone in this network namespace.
POSTGRES_PORT, REDIS_PORT = 5432, 6379
#: Every character that a URL gives a meaning to, and two that it does not know.
AWKWARD = "p/a@s#s:w?o%r&d +ü"


@dataclass(frozen=True)
class ExternalStores:
    """Where they are; a database for each name that was asked for."""

    database_urls: dict[str, str]
    redis_url: str


@contextmanager
def external_stores(
    folder: Path, roles: dict[str, tuple[str, str]], redis_passwords: list[str]
) -> Iterator[ExternalStores]:
    """Run Postgres and Redis.

    Args:
        folder: for Redis's data.
        roles: role → its password and its database.
        redis_passwords: all of them are right; the first one is in the URL.
    """
    with (
        postgres_server("postgres", "admin-password", POSTGRES_PORT) as admin_url,
        _redis(folder, redis_passwords),
    ):
        with ThreadPoolExecutor(1) as thread:
            # the caller may have a running event loop of its own
            thread.submit(asyncio.run, _make(admin_url.replace("+asyncpg", ""), roles)).result()
        yield ExternalStores(
            {
                role: f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}"
                f"@host:{POSTGRES_PORT}/{quote(name)}"
                for role, (password, name) in roles.items()
            },
            f"redis://:{quote(redis_passwords[0], safe='')}@host:{REDIS_PORT}/0",
        )


async def _make(admin_url: str, roles: dict[str, tuple[str, str]]) -> None:
    connection = await asyncpg.connect(admin_url)  # type: ignore[no-untyped-call]
    try:
        for role, (password, name) in roles.items():
            literal = password.replace("'", "''")
            if role == "postgres":
                await connection.execute(f"ALTER ROLE postgres PASSWORD '{literal}'")
            else:
                await connection.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{literal}'")
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}" OWNER "{role}"')
    finally:
        await connection.close()


@contextmanager
def _redis(folder: Path, passwords: list[str]) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    words = " ".join(f">{password}" for password in passwords)
    (folder / "users.acl").write_text(f"user default on {words} ~* &* +@all\n")
    server = ServerProcess(
        [
            str(find_redis_server(None, folder)),
            *("--bind", "127.0.0.1", "--port", str(REDIS_PORT), "--dir", str(folder)),
            *("--aclfile", str(folder / "users.acl"), "--appendonly", "yes"),
            *("--maxmemory-policy", "noeviction", "--save", ""),
        ],
        folder / "redis.log",
    )
    try:
        server.wait_ready(lambda: port_open(REDIS_PORT))
        yield
    finally:
        server.stop()
