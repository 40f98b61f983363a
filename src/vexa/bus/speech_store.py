"""Keeps speech sessions in Redis: their finals in a stream, and where each can be taken up.

A final and the session's new point are written in one transaction, guarded by the session's
owner: the connection that claimed it last. Whoever was superseded can write no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vexa.bus.connection import Bus, translated
from vexa.bus.transaction import Transaction, run_transaction
from vexa.contracts.errors import Conflict, NotAllowed
from vexa.contracts.stream_names import TRANSCRIPTION_SEGMENTS, speech_session

#: How long the point of a session is kept after its last write: longer than the longest meeting.
KEEP_S = 86_400
_OWNER = "owner"
_MEETING = "meeting_id"
_NEXT_SEQ = "next_seq"


class Superseded(Conflict):
    """Another connection has taken this session over."""

    code = "session_superseded"


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim found. `fields` is empty for a session that is new."""

    fields: dict[str, str]

    @property
    def is_new(self) -> bool:
        """Whether nobody had this session before."""
        return not self.fields


class SpeechStore:
    """The sessions of one Redis. Every method raises BusUnavailable when it cannot be reached.

    After BusUnavailable it is not known whether the write happened; calling again with the same
    arguments is safe.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def claim(self, uid: str, owner: str, first: Mapping[str, str], entry: str) -> Claimed:
        """Make `owner` the session's one writer; return what is stored of it.

        Args:
            uid: the session.
            owner: a value that no other connection uses.
            first: fields of a session that is new; its `meeting_id` holds for an old one too.
            entry: stream payload that announces a session that is new.

        Raises:
            NotAllowed: the session belongs to another meeting; nothing was written.
        """
        key = speech_session(uid)
        known: dict[str, str] = {}

        async def build(transaction: Transaction) -> None:
            pipe = transaction.pipeline
            await pipe.watch(key)
            known.clear()
            found: dict[Any, Any] = await pipe.hgetall(key)
            known.update(found)
            if known and known.get(_MEETING) != first.get(_MEETING):
                raise NotAllowed("This session belongs to another meeting")
            transaction.begin_writes()
            fields: dict[Any, Any] = {**({} if known else first), _OWNER: owner}
            pipe.hset(key, mapping=fields)
            pipe.expire(key, KEEP_S)
            if not known:
                pipe.xadd(TRANSCRIPTION_SEGMENTS, {"payload": entry})

        await run_transaction(self._bus, build)
        return Claimed(dict(known))

    async def commit(
        self, uid: str, owner: str, point: Mapping[str, str], entries: Sequence[str]
    ) -> None:
        """Write finals and the point after them, once.

        Args:
            uid: the session.
            owner: the value it was claimed with.
            point: fields to store; `next_seq` tells a repeated call from a new one.
            entries: stream payloads, in order; none moves only the point.

        Raises:
            Superseded: another connection owns the session now; nothing was written.
        """
        key = speech_session(uid)

        async def build(transaction: Transaction) -> None:
            pipe = transaction.pipeline
            await pipe.watch(key)
            stored_owner, stored_seq = await pipe.hmget(key, [_OWNER, _NEXT_SEQ])
            if stored_owner is not None and stored_owner != owner:
                raise Superseded
            is_done = int(stored_seq or 0) >= int(point[_NEXT_SEQ])
            transaction.begin_writes()
            for entry in () if is_done else entries:
                pipe.xadd(TRANSCRIPTION_SEGMENTS, {"payload": entry})
            fields: dict[Any, Any] = {**point, _OWNER: owner}
            pipe.hset(key, mapping=fields)
            pipe.expire(key, KEEP_S)

        await run_transaction(self._bus, build)

    async def append(self, entry: str) -> None:
        """Add one stream payload that may be lost, or come twice: a draft, a name, an end."""
        async with translated():
            await self._bus.redis.xadd(TRANSCRIPTION_SEGMENTS, {"payload": entry})
