"""Segments of a meeting that are not final yet, kept in Redis for readers that come now.

Per meeting one hash, segment id → JSON. Beside it one sorted set, session uid → number of its
last final, by which a draft that comes after its final is known and dropped: the finals of a
session are written in the order of their numbers. And the version of the stored transcript that
these drafts fit: whoever has finals of that version needs to ask the database for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from vexa.bus.connection import Bus, translated
from vexa.bus.transaction import Transaction
from vexa.contracts.stream_names import last_finals, live_tail, transcript_version

#: A tail that nobody writes to for this long belongs to a meeting that is over.
TAIL_TTL_S = 3600
#: The member of the sorted set that holds the version: the greatest one stays.
_VERSION = "version"
#: Longest stay of a bot, and some: the numbers of last finals must outlive every late draft.
LAST_FINALS_TTL_S = 86_400


@dataclass(frozen=True, slots=True)
class StoredTail:
    """What Redis holds of one meeting."""

    drafts: dict[str, str]
    last_finals: dict[str, int]


@dataclass(frozen=True, slots=True)
class TailChange:
    """What to write: drafts to set, segment ids to remove, numbers of last finals to raise.

    `version` is that of the stored transcript, if it has changed.
    """

    drafts: Mapping[str, str]
    removed: Iterable[str]
    last_finals: Mapping[str, int]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class LiveTail:
    """Drafts, segment id → JSON, and the version of the stored transcript beside them, if known."""

    drafts: dict[str, str]
    version: int | None


async def read(bus: Bus, meeting_id: int) -> LiveTail:
    """Return the drafts and the version, as they are at one moment.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    async with translated(), bus.redis.pipeline(transaction=True) as pipeline:
        pipeline.hgetall(live_tail(meeting_id))
        pipeline.zscore(transcript_version(meeting_id), _VERSION)
        drafts, version = await pipeline.execute()
    return LiveTail(cast(dict[str, str], drafts), None if version is None else int(version))


async def read_in(transaction: Transaction, meeting_ids: Iterable[int]) -> dict[int, StoredTail]:
    """Read tails within a transaction, which starts again if another process writes them."""
    pipeline = transaction.pipeline
    tails: dict[int, StoredTail] = {}
    for meeting_id in meeting_ids:
        await pipeline.watch(live_tail(meeting_id), last_finals(meeting_id))
        drafts = cast(dict[str, str], await pipeline.hgetall(live_tail(meeting_id)))
        scores = await pipeline.zrange(last_finals(meeting_id), 0, -1, withscores=True)
        numbers = {str(uid): int(score) for uid, score in cast(list[Any], scores)}
        tails[meeting_id] = StoredTail(drafts, numbers)
    return tails


def change_in(transaction: Transaction, meeting_id: int, change: TailChange) -> None:
    """Queue the writes of a change, within a caller's transaction."""
    pipeline = transaction.pipeline
    if change.drafts:
        mapping: dict[Any, Any] = dict(change.drafts)
        pipeline.hset(live_tail(meeting_id), mapping=mapping)
        pipeline.expire(live_tail(meeting_id), TAIL_TTL_S)
    removed = list(change.removed)
    if removed:
        pipeline.hdel(live_tail(meeting_id), *removed)
    if change.last_finals:
        pipeline.zadd(last_finals(meeting_id), dict(change.last_finals), gt=True)
        pipeline.expire(last_finals(meeting_id), LAST_FINALS_TTL_S)
    if change.version is not None:
        pipeline.zadd(transcript_version(meeting_id), {_VERSION: change.version}, gt=True)
        pipeline.expire(transcript_version(meeting_id), LAST_FINALS_TTL_S)
