"""A running server for clients that know nothing of this project but its address and a key."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.stores import redis_server
from tests.support.whole_server import User, WholeServer, migrate, whole_server
from vexa.bus.connection import Bus


@pytest.fixture(scope="session")
def server() -> Iterator[WholeServer]:
    """One server for all tests of this folder: each works as a user of its own."""
    folder = Path(tempfile.mkdtemp(prefix="vexa-clients-"))
    database_url = f"sqlite:///{folder / 'vexa.db'}"
    migrate(database_url)
    with (
        redis_server(folder) as (_redis, redis_url),
        whole_server(database_url, redis_url, folder) as running,
    ):
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def user(server: WholeServer) -> Iterator[User]:
    """A fresh user, whose key must not get into a log."""
    made = server.new_user()
    yield made
    assert made.api_key not in server.programs.logs()


@pytest.fixture
async def bus(server: WholeServer) -> AsyncIterator[Bus]:
    """The server's Redis, to write what a speech server writes."""
    bus = Bus(server.redis_url)
    yield bus
    await bus.aclose()
