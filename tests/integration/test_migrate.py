"""The migrations give exactly the schema that the code expects, on both databases."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from vexa.contracts.errors import ConfigurationError
from vexa.storage.database import Database
from vexa.storage.migrate import check_revision, head_revision, migrate, revision_problem
from vexa.storage.tables import Base


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_migrated_schema_is_the_schema_of_the_tables(database_url: str) -> None:
    await migrate(database_url)
    database = Database(database_url)
    async with database.transaction() as session:
        differences = await (await session.connection()).run_sync(_differences)
    await database.aclose()
    assert differences == []


async def test_partial_unique_index_is_there(database_url: str) -> None:
    database = Database(database_url)
    listing = (
        "SELECT sql FROM sqlite_master WHERE name = 'uq_meetings_one_open_bot'"
        if database_url.startswith("sqlite")
        else "SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_meetings_one_open_bot'"
    )
    async with database.transaction() as session:
        definition = (await session.scalars(text(listing))).one()
    await database.aclose()
    assert "UNIQUE" in definition
    assert "completed" in definition
    assert "failed" in definition


async def test_several_migrations_at_once_are_safe(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'vexa.db'}"
    await asyncio.gather(*(migrate(url) for _ in range(4)))
    database = Database(url)
    await check_revision(database)
    await database.aclose()


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    await asyncio.gather(*(migrate(database_url) for _ in range(3)))
    database = Database(database_url)
    assert await revision_problem(database) is None
    await database.aclose()


async def test_unmigrated_database_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(ConfigurationError, match="vexa migrate"):
        await check_revision(database)
    await database.aclose()


def test_the_newest_file_is_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("vexa.storage") / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [head_revision()]
