"""Fixtures of every suite; a test's marker is the folder it lies in."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.stores import postgres_server, redis_server
from vexa.storage.migrate import migrate

# how fast an example is made or run says something about the machine, not about the code
settings.register_profile("no-timing", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no-timing")

SUITES = ("unit", "contract", "integration", "e2e", "bench", "image")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder, so that a suite can be chosen with -m."""
    for item in items:
        suite = next((part for part in item.path.parts[::-1] if part in SUITES), None)
        if suite is None:
            raise pytest.UsageError(f"{item.path}: tests live in {', '.join(SUITES)}")
        item.add_marker(suite)


@pytest.fixture(scope="session")
def redis_session() -> Iterator[str]:
    """A Redis of this test session; use `redis_url`."""
    folder = Path(tempfile.mkdtemp(prefix="vexa-redis-"))
    with redis_server(folder) as (_server, url):
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_session: str) -> str:
    """URL of a real, empty Redis."""
    with redis.Redis.from_url(redis_session) as client:
        client.flushall()
    return redis_session


@pytest.fixture(scope="session")
def postgres_session() -> Iterator[str]:
    """A Postgres of this test session; use `postgres_url` or `database_url`."""
    with postgres_server() as url:
        yield url


async def _execute(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
async def postgres_url(postgres_session: str) -> AsyncIterator[str]:
    """URL of a fresh, migrated Postgres database."""
    name = f"t{uuid.uuid4().hex}"
    await _execute(postgres_session, f"CREATE DATABASE {name}")
    url = postgres_session.rsplit("/", 1)[0] + f"/{name}"
    await migrate(url)
    yield url
    await _execute(postgres_session, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """URL of a fresh, migrated SQLite database."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'vexa.db'}"
    await migrate(url)
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def speech_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of speech with `manifest.json`: human from SPEECH if set, else flite's voices."""
    given = os.environ.get("SPEECH")
    if given:
        folder = Path(given).resolve()
        assert (folder / "manifest.json").is_file(), f"SPEECH={given} holds no manifest.json"
        return folder
    folder = tmp_path_factory.mktemp("speech")
    from vexa.simulator.flite import write_flite_speech

    write_flite_speech(folder)
    json.loads((folder / "manifest.json").read_text())
    return folder
