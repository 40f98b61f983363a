"""Checks of the database and of Redis."""

from __future__ import annotations

from pathlib import Path

from vexa.bus.connection import Bus
from vexa.bus.durability import durability_problems
from vexa.commands.doctor.findings import Finding, fail, ok, warn
from vexa.contracts.errors import BusUnavailable
from vexa.kit.settings import DatabaseSettings, RedisSettings
from vexa.storage.database import Database
from vexa.storage.migrate import revision_problem

_SQLITE = "sqlite"
_START = "start the server: `vexa up`"


async def check_database(settings: DatabaseSettings) -> Finding:
    """Reachable, and at this version's schema."""
    url = settings.sqlalchemy_url
    is_sqlite = url.startswith(_SQLITE)
    if is_sqlite and not _is_made(url):
        return warn("database", "there is no SQLite file yet", f"{_START}, or `vexa migrate`")
    database = Database(url)
    try:
        problem = await revision_problem(database)
    finally:
        await database.aclose()
    if problem is None:
        return ok("database", f"{'SQLite' if is_sqlite else 'Postgres'}, schema up to date")
    remedy = "run `vexa migrate`" if "migrate" in problem else "check DATABASE_URL or DB_HOST"
    return fail("database", problem, remedy)


def _is_made(sqlite_url: str) -> bool:
    return Path(sqlite_url.partition("///")[2]).is_file()


async def check_redis(settings: RedisSettings) -> Finding:
    """Reachable, and it neither forgets nor drops what it was given."""
    is_embedded = settings.redis_url is None and settings.redis_host is None
    bus = Bus(settings.bus_url)
    try:
        if problem := await bus.problem():
            if is_embedded:
                return warn("redis", "the embedded Redis is not running", _START)
            return fail("redis", problem, "check REDIS_URL or REDIS_HOST, and that Redis runs")
        problems = await durability_problems(bus)
    except BusUnavailable:
        remedy = "make sure of appendonly yes and maxmemory-policy noeviction yourself"
        return warn("redis", "reachable, but does not tell its settings", remedy)
    finally:
        await bus.aclose()
    if problems:
        remedies = "; ".join(f"set {wanted} in its configuration" for wanted in problems.values())
        return fail("redis", "; ".join(problems), remedies)
    return ok("redis", "reachable, durable, evicts nothing")
