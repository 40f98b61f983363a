"""Asks a Redis whether it keeps what it was given."""

from __future__ import annotations

from redis.exceptions import ResponseError

from vexa.bus.connection import Bus, translated
from vexa.contracts.errors import BusUnavailable

#: Setting → value with which no final is lost (redis.conf of Redis 7).
_WANTED = {"appendonly": "yes", "maxmemory-policy": "noeviction"}


async def durability_problems(bus: Bus) -> dict[str, str]:
    """Return what is wrong with Redis's settings → the setting that is right.

    Raises:
        BusUnavailable: Redis cannot be reached, or does not tell its settings.
    """
    problems = {}
    for name, wanted in _WANTED.items():
        try:
            async with translated():
                answer = await bus.redis.config_get(name)
        except ResponseError as exc:
            raise BusUnavailable("Redis does not tell its settings.") from exc
        found = answer.get(name)
        if found is None:
            raise BusUnavailable("Redis does not tell its settings.")
        if found != wanted:
            problems[f"{name} is {found}"] = f"{name} {wanted}"
    return problems
