"""Reads a Redis stream as one member of a consumer group, so that nothing is lost.

An entry is pending from the moment it is read until it is acknowledged. What a dead member left
pending is claimed by a living one. The stream is trimmed only behind what every group has
acknowledged.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from redis.exceptions import ResponseError

from vexa.bus.connection import Bus, translated
from vexa.bus.transaction import Transaction

#: A member without pending entries that has been silent this long is gone for good.
FORGET_MEMBER_MS = 3_600_000

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a stream. Ids grow in the order of writing, and begin with a time in ms."""

    id: str
    fields: Fields

    @property
    def written_ms(self) -> int:
        """When Redis took it, Unix milliseconds by Redis's clock."""
        return int(self.id.partition("-")[0])

    @property
    def order(self) -> tuple[int, int]:
        """Sorts entries as they were written."""
        milliseconds, _, number = self.id.partition("-")
        return int(milliseconds), int(number)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far a group is behind."""

    unread: int
    pending: int
    oldest_pending_s: float


class GroupReader:
    """One member of one group of one stream.

    Args:
        bus: the connection.
        stream: name of the stream.
        group: name of the group.
        member: name of this member; must not be used by two processes at a time.
    """

    def __init__(self, bus: Bus, stream: str, group: str, member: str) -> None:
        self._redis = bus.redis
        self._stream = stream
        self._group = group
        self._member = member
        self._claim_cursor = "0-0"

    @property
    def stream(self) -> str:
        """Name of the stream."""
        return self._stream

    @property
    def claim_goes_on(self) -> bool:
        """Whether the last `claim_idle` ended before it had seen every pending entry."""
        return self._claim_cursor != "0-0"

    async def prepare(self) -> None:
        """Make the stream and the group if they are not there. Safe to call again.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            try:
                await self._redis.xgroup_create(self._stream, self._group, id="0", mkstream=True)
            except ResponseError as exc:
                if not str(exc).startswith("BUSYGROUP"):
                    raise

    async def read(self, count: int, block_ms: int) -> list[Entry]:
        """Return up to `count` entries that no member has read, waiting at most `block_ms`.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            try:
                answer = await self._redis.xreadgroup(
                    self._group, self._member, {self._stream: ">"}, count=count, block=block_ms
                )
            except ResponseError as exc:
                if not str(exc).startswith("NOGROUP"):
                    raise
                await self.prepare()
                return []
        return [entry for _stream, rows in cast(list[Any], answer or []) for entry in _all(rows)]

    async def claim_idle(self, min_idle_ms: int, count: int) -> list[Entry]:
        """Take over entries that some member read at least `min_idle_ms` ago and still holds.

        Entries that were deleted from the stream meanwhile leave the pending list by themselves.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            try:
                answer = await self._redis.xautoclaim(
                    self._stream,
                    self._group,
                    self._member,
                    min_idle_time=min_idle_ms,
                    start_id=self._claim_cursor,
                    count=count,
                )
            except ResponseError as exc:
                if not str(exc).startswith("NOGROUP"):
                    raise
                await self.prepare()
                return []
        cursor, rows = answer[:2]
        self._claim_cursor = str(cursor)
        return _all(rows)

    def acknowledge_in(self, transaction: Transaction, entry_ids: Sequence[str]) -> None:
        """Put the acknowledgement into a transaction of the caller's."""
        if entry_ids:
            transaction.pipeline.xack(self._stream, self._group, *entry_ids)

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Say that entries are handled for good.

        Raises:
            BusUnavailable: Redis cannot be reached; the entries stay pending.
        """
        if not entry_ids:
            return
        async with translated():
            await self._redis.xack(self._stream, self._group, *entry_ids)

    async def bury(self, entry: Entry, dead_letters: str, reason: str) -> None:
        """Move an entry that cannot be handled to the stream `dead_letters`, in one step.

        Raises:
            BusUnavailable: Redis cannot be reached; the entry stays pending.
        """
        fields: dict[Any, Any] = {**entry.fields, "reason": reason, "entry_id": entry.id}
        async with translated(), self._redis.pipeline(transaction=True) as pipeline:
            pipeline.xadd(dead_letters, fields)
            pipeline.xack(self._stream, self._group, entry.id)
            await pipeline.execute()

    async def backlog(self) -> Backlog:
        """Measure how far this group is behind.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            groups = await self._groups()
            mine = next((group for group in groups if group["name"] == self._group), None)
            if mine is None:
                return Backlog(await self._redis.xlen(self._stream), 0, 0.0)
            oldest = await self._oldest_pending(self._group) if mine["pending"] else None
            unread = mine.get("lag")
            if unread is None:
                # Redis 6 does not say; later ones cannot know after a deletion in the middle
                unread = await self._redis.xlen(self._stream) - int(mine["pending"])
        age_s = time.time() - _order(oldest)[0] / 1000 if oldest else 0.0
        return Backlog(max(int(unread), 0), int(mine["pending"]), max(age_s, 0.0))

    async def trim(self) -> int:
        """Delete the entries that every group has acknowledged.

        Safe while others read: what is acknowledged by all stays so.

        Returns:
            How many were deleted.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            groups = await self._groups()
            if not groups:
                return 0
            bounds = []
            for group in groups:
                oldest = await self._oldest_pending(group["name"]) if group["pending"] else None
                bounds.append(_order(oldest) if oldest else _next(group["last-delivered-id"]))
            milliseconds, number = min(bounds)
            minimum = f"{milliseconds}-{number}"
            return int(await self._redis.xtrim(self._stream, minid=minimum, approximate=False))

    async def forget_gone_members(self) -> None:
        """Remove members that hold nothing and have been silent for an hour.

        Raises:
            BusUnavailable: Redis cannot be reached.
        """
        async with translated():
            if not await self._groups():
                return
            members = await self._redis.xinfo_consumers(self._stream, self._group)
            for member in members:
                if not member["pending"] and member["idle"] > FORGET_MEMBER_MS:
                    await self._redis.xgroup_delconsumer(self._stream, self._group, member["name"])

    async def _groups(self) -> list[dict[str, Any]]:
        try:
            return await self._redis.xinfo_groups(self._stream)
        except ResponseError as exc:
            if "no such key" not in str(exc):
                raise
            return []

    async def _oldest_pending(self, group: str) -> str | None:
        summary = await self._redis.xpending(self._stream, group)
        return cast(str | None, summary.get("min"))


def _all(rows: list[Any]) -> list[Entry]:
    # a row without fields is one that was deleted while it was pending
    return [Entry(str(entry_id), fields or {}) for entry_id, fields in rows if entry_id]


def _order(entry_id: str) -> tuple[int, int]:
    return Entry(entry_id, {}).order


def _next(entry_id: str) -> tuple[int, int]:
    milliseconds, number = _order(entry_id)
    return milliseconds, number + 1
