"""Brings a database to the schema of this version, and tells programs whether it is there.

One `vexa migrate` runs before the programs; they only check. Several at once are safe: each waits
for the one before it, and finds nothing left to do.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, func, inspect, make_url, select, text

from vexa.contracts.errors import ConfigurationError, StorageUnavailable
from vexa.storage.database import Database
from vexa.storage.locks import lock_key

_LOCK_NAME = "vexa:migrate"
_MIGRATIONS = files("vexa.storage") / "migrations"


async def migrate(url: str) -> None:
    """Bring the database at `url` to the newest revision, in one transaction.

    Makes the folder of an SQLite file.

    Raises:
        StorageUnavailable: the database cannot be reached.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    database = Database(url)
    try:
        async with database.transaction() as session:
            connection = await session.connection()
            await connection.run_sync(_upgrade)
    finally:
        await database.aclose()


async def check_revision(database: Database) -> None:
    """Return when the database has this version's schema.

    Raises:
        ConfigurationError: it has another; the message says what to run.
        StorageUnavailable: the database cannot be reached.
    """
    problem = await _revision_problem(database)
    if problem is not None:
        raise ConfigurationError(problem)


async def revision_problem(database: Database) -> str | None:
    """Say what is wrong with the database or its schema, or None: a readiness check."""
    try:
        return await _revision_problem(database)
    except StorageUnavailable as exc:
        return exc.detail


async def _revision_problem(database: Database) -> str | None:
    async with database.transaction() as session:
        found = await (await session.connection()).run_sync(_revision)
    wanted = head_revision()
    if found == wanted:
        return None
    return f"The database is at revision {found}, this version needs {wanted}: run `vexa migrate`."


def head_revision() -> str:
    """Return the newest revision: revisions are numbered, and each file begins with its number."""
    names = (entry.name for entry in (_MIGRATIONS / "versions").iterdir())
    return max(name.partition("_")[0] for name in names if name[:1].isdigit())


def _revision(connection: Connection) -> str | None:
    # Alembic's own way to ask costs a program 9 MiB that it needs for nothing else
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(_LOCK_NAME))))
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
