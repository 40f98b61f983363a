"""Segments of a meeting that are not final yet, kept in Redis for readers that come now.

Per meeting one hash, segment id → JSON. Beside it one sorted set, session uid → number of its
last final, by which a draft that comes after its final is known and dropped: the finals of a
session are written in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from redis.asyncio.client import Pipeline

from vexa.bus.connection import Bus, translated
from vexa.contracts.stream_names import last_finals, live_tail

#: A tail that nobody writes to for this long belongs to a meeting that is over.
TAIL_TTL_S = 3600
#: Longest stay of a bot, and some; the numbers of last finals must outlive every late draft.
LAST_FINALS_TTL_S = 86_400


async def read(bus: Bus, meeting_id: int) -> dict[str, str]:
    """Return the tail: segment id → JSON.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    async with translated():
        return cast(dict[str, str], await bus.redis.hgetall(live_tail(meeting_id)))


async def read_some(bus: Bus, meeting_id: int, segment_ids: list[str]) -> list[str | None]:
    """Return the JSON of these segments, None for those that are not in the tail.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    if not segment_ids:
        return []
    async with translated():
        found = await bus.redis.hmget(live_tail(meeting_id), segment_ids)
    return cast(list[str | None], found)


async def last_final_numbers(bus: Bus, meeting_id: int, uids: list[str]) -> list[int]:
    """Return for each session the number of its last final, -1 for none.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    if not uids:
        return []
    async with translated():
        scores = await bus.redis.zmscore(last_finals(meeting_id), uids)
    return [-1 if score is None else int(score) for score in scores]


def write_in(pipeline: Pipeline, meeting_id: int, drafts: Mapping[str, str]) -> None:
    """Put drafts into the tail, within a transaction of the caller's."""
    if drafts:
        mapping: dict[Any, Any] = dict(drafts)
        pipeline.hset(live_tail(meeting_id), mapping=mapping)
        pipeline.expire(live_tail(meeting_id), TAIL_TTL_S)


def remove_in(pipeline: Pipeline, meeting_id: int, segment_ids: Iterable[str]) -> None:
    """Take segments out of the tail, within a transaction of the caller's."""
    gone = list(segment_ids)
    if gone:
        pipeline.hdel(live_tail(meeting_id), *gone)


def note_finals_in(pipeline: Pipeline, meeting_id: int, numbers: Mapping[str, int]) -> None:
    """Raise the numbers of last finals, never lower them, within a caller's transaction."""
    if numbers:
        pipeline.zadd(last_finals(meeting_id), dict(numbers), gt=True)
        pipeline.expire(last_finals(meeting_id), LAST_FINALS_TTL_S)
