"""Holds the role "bot manager of this host", so that two never handle the same processes.

The holder's name carries its process id and start time. A successor on the same host can see that
a killed holder is dead, and need not wait for the lease to run out.
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta

import structlog

from vexa.bot_manager.orchestrators.process_tree import is_running, read_process
from vexa.contracts.errors import ConfigurationError, StorageUnavailable
from vexa.kit.clock import Clock
from vexa.storage import leases
from vexa.storage.database import Database

_log = structlog.get_logger(__name__)

LIFETIME = timedelta(seconds=15)
RENEW_EVERY_S = 5.0
#: A predecessor that is shutting down gets this long; `kit.serve.GRACE_S` is part of it.
TAKE_OVER_TRIES = 14
TAKE_OVER_PAUSE_S = 0.5


def host_lease_name(host: str) -> str:
    """Return the name of the role."""
    return f"bot-manager:{host}"


def this_process() -> str:
    """Return a name of this process that no other process of this host ever has."""
    process = read_process(os.getpid())
    assert process is not None
    return f"{process.pid}:{process.started_ticks}"


class HostLease:
    """Takes the lease at start, keeps it, and gives it up at the end."""

    def __init__(self, database: Database, clock: Clock, host: str) -> None:
        self._database = database
        self._clock = clock
        self._name = host_lease_name(host)
        self.holder = this_process()

    async def take(self) -> None:
        """Take the lease.

        Raises:
            ConfigurationError: another bot manager of this host lives and keeps it.
            StorageUnavailable: the database cannot be reached.
        """
        for _ in range(TAKE_OVER_TRIES):
            other = await self._acquire()
            if other == self.holder:
                return
            if not _lives(other):
                async with self._database.transaction() as session:
                    await leases.release(session, self._name, other)
                continue
            await asyncio.sleep(TAKE_OVER_PAUSE_S)
        raise ConfigurationError(
            f"another bot-manager (pid {other.partition(':')[0]}) runs on this host "
            "with the same database"
        )

    async def keep(self) -> None:
        """Renew for ever; ends this process when another has taken over."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                other = await self._acquire()
            except StorageUnavailable:
                continue
            if other != self.holder:
                _log.error("host_lease_lost", holder=other)
                os.kill(os.getpid(), signal.SIGTERM)
                return

    async def release(self) -> None:
        """Give the lease up."""
        async with self._database.transaction() as session:
            await leases.release(session, self._name, self.holder)

    async def _acquire(self) -> str:
        async with self._database.transaction() as session:
            return await leases.acquire(
                session, self._name, self.holder, now=self._clock.now(), lifetime=LIFETIME
            )


def _lives(holder: str) -> bool:
    pid, _, started_ticks = holder.partition(":")
    return is_running(int(pid), int(started_ticks))
