"""Opens the database: one engine a process, one transaction a unit of work."""

from __future__ import annotations

import socket
from asyncio import Lock
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from vexa.contracts.errors import InvalidInput, StorageUnavailable

#: How long a writer waits for SQLite's one write lock.
SQLITE_BUSY_TIMEOUT_MS = 10_000

#: Classes of SQLSTATE (PostgreSQL, appendix A) after which the same statement may work later:
#: connection, rolled back (deadlock), no resources, wrong state (no connections allowed, starting
#: up), operator intervention, system error.
UNAVAILABLE_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
#: Class of SQLSTATE of values that a column cannot hold.
DATA_EXCEPTION = "22"
NOT_STORABLE = (
    "A value cannot be stored: text may have no zero byte and no half of a surrogate pair, and "
    "numbers must be finite and fit into 32 bits."
)

#: Execution option of a connection whose transaction only reads.
_READS = "vexa_reads"


class Database:
    """Owns the engine. `transaction()` is the only way to a session."""

    def __init__(self, url: str) -> None:
        self._engine = _create_engine(url)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        # SQLite lets one writer in and has the others poll, which is unfair: a queue here is not,
        # and who waits in it holds no connection
        is_sqlite = url.startswith("sqlite")
        self._writers: AbstractAsyncContextManager[Any] = Lock() if is_sqlite else nullcontext()

    @property
    def engine(self) -> AsyncEngine:
        """For migrations and tests."""
        return self._engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction; commit at the end, roll back on any error.

        Raises:
            StorageUnavailable: the database cannot be reached.
            InvalidInput: a value is none that the database can hold, such as a text with a zero
                byte on Postgres.
        """
        async with self._writers, self._session(for_reading=False) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that only reads: on SQLite it takes no lock and waits for none.

        Each statement sees what is committed then; two may see different states.

        Raises:
            StorageUnavailable: the database cannot be reached.
        """
        async with self._session(for_reading=True) as session:
            yield session

    @asynccontextmanager
    async def _session(self, *, for_reading: bool) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions() as session, session.begin():
                if for_reading:
                    await session.connection(execution_options={_READS: True})
                yield session
        except (OperationalError, InterfaceError, ConnectionError, socket.gaierror) as exc:
            raise StorageUnavailable from exc
        except Exception as exc:
            # asyncpg's own errors come through unchanged when a connection is being made
            if _says_unavailable(exc):
                raise StorageUnavailable from exc
            if _says_not_storable(exc):
                raise InvalidInput(NOT_STORABLE) from exc
            raise

    async def check(self) -> None:
        """Return when the database takes a transaction.

        Raises:
            StorageUnavailable: it cannot be reached.
        """
        async with self.transaction() as session:
            await session.connection()

    async def problem(self) -> str | None:
        """Say what is wrong with the database, or None: a readiness check."""
        try:
            await self.check()
        except StorageUnavailable as exc:
            return exc.detail
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _says_not_storable(error: BaseException) -> bool:
    """Tell whether an error is about a value that was to be stored or compared."""
    if isinstance(error, UnicodeEncodeError | OverflowError | DataError):
        return True
    return isinstance(error, DBAPIError) and any(
        state.startswith(DATA_EXCEPTION) for state in _states(error)
    )


def _says_unavailable(error: BaseException) -> bool:
    """Tell whether an error is about the server's state, not about what it was asked to do."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return any(state[:2] in UNAVAILABLE_CLASSES for state in _states(error))


def _states(error: BaseException) -> list[str]:
    causes = [error, getattr(error, "orig", None), error.__cause__]
    causes += [cause.__cause__ for cause in causes if cause is not None]
    return [str(getattr(cause, "sqlstate", None) or "") for cause in causes]


def _create_engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # the driver must not open transactions by itself: BEGIN IMMEDIATE below does
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # what is deleted is overwritten, not only unlinked
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # a deferred BEGIN takes the write lock too late and loses read-then-write updates
    # a reader needs none: each of its statements sees one committed state
    if not connection.get_execution_options().get(_READS):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
