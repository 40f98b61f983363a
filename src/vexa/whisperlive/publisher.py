"""Stores what one session says, in order, and only then says that it is stored.

Finals wait while Redis is away, and are tried again; of drafts only the newest waits, and only
behind no final. A private session stores nothing: its finals are as good as stored at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog

from vexa.contracts.errors import BusUnavailable
from vexa.contracts.times import iso_utc
from vexa.contracts.whisper_protocol import (
    SessionEnd,
    SessionSpeaker,
    Transcription,
    WireSegment,
    WireWord,
)
from vexa.kit.clock import Clock
from vexa.whisperlive import metrics
from vexa.whisperlive.engines.base import Word
from vexa.whisperlive.events import Draft, Final, Point, Safe, Segment
from vexa.whisperlive.resume import point_fields

_log = structlog.get_logger(__name__)

#: First and longest pause between two tries while Redis is away.
RETRY_FIRST_S = 0.1
RETRY_MAX_S = 2.0


class SpeechStore(Protocol):
    """What a publisher needs of the bus; see `vexa.bus.speech_store`."""

    async def commit(
        self, uid: str, owner: str, point: Mapping[str, str], entries: Sequence[str]
    ) -> None:
        """Write finals and the point after them, once."""
        ...

    async def append(self, entry: str) -> None:
        """Add one stream payload."""
        ...


Stored = Callable[[Final | Safe], Awaitable[None]]


def wire_segment(uid: str, segment: Segment) -> WireSegment:
    """Write a segment as the wire has it."""
    return WireSegment(
        start=f"{segment.start_s:.3f}",
        end=f"{segment.end_s:.3f}",
        text=segment.text,
        completed=segment.completed,
        language=segment.language,
        segment_id=f"{uid}:{segment.seq}",
        seq=segment.seq,
        revision=segment.revision,
        settled_words=segment.settled_words,
        words=None if segment.words is None else [_wire_word(word) for word in segment.words],
    )


def _wire_word(word: Word) -> WireWord:
    sure = None if word.probability is None else round(word.probability, 3)
    return WireWord(
        word=word.text, start=round(word.start_s, 3), end=round(word.end_s, 3), probability=sure
    )


class Publisher:
    """The way of one session's events into the store.

    Args:
        store: where to; None for a private session.
        session: what every entry says about the session, with no segments.
        owner: the value that the session was claimed with.
        on_stored: called in order, once the final or the point is stored.
        clock: for the time in `session_end`.
    """

    def __init__(
        self,
        store: SpeechStore | None,
        session: Transcription,
        owner: str,
        on_stored: Stored,
        clock: Clock,
    ) -> None:
        self._store = store
        self._session = session
        self._owner = owner
        self._on_stored = on_stored
        self._clock = clock
        self._waiting: deque[Final | Safe | str] = deque()
        self._draft: Draft | None = None
        self._changed = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    @property
    def waiting(self) -> int:
        """How many finals and other lasting entries are not stored yet."""
        return len(self._waiting)

    def put(self, event: Final | Draft | Safe) -> None:
        """Take an event; never blocks."""
        if isinstance(event, Draft):
            self._draft = event
        else:
            if isinstance(event, Final):
                metrics.UNSTORED.inc()
                self._draft = None
            self._waiting.append(event)
        self._wake()

    def name(self, speaker: str) -> None:
        """Say who speaks in this session."""
        self._session = self._session.model_copy(update={"speaker": speaker})
        entry = SessionSpeaker(
            uid=self._session.uid, meeting_id=self._session.meeting_id, speaker=speaker
        )
        self._waiting.append(entry.model_dump_json())
        self._wake()

    def end(self) -> None:
        """Say that nothing more will come."""
        entry = SessionEnd(
            uid=self._session.uid,
            meeting_id=self._session.meeting_id,
            end_timestamp=iso_utc(self._clock.now()),
        )
        self._waiting.append(entry.model_dump_json())
        self._wake()

    def _wake(self) -> None:
        self._is_idle.clear()
        self._changed.set()

    async def flushed(self) -> None:
        """Wait until everything that was put is stored."""
        await self._is_idle.wait()

    async def run(self) -> None:
        """Store until cancelled. Raises Superseded when another connection took the session."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                while self._waiting:
                    await self._store_lasting()
                draft, self._draft = self._draft, None
                if draft is not None:
                    await self._store_draft(draft)
                if not self._waiting and self._draft is None:
                    self._is_idle.set()
        finally:
            metrics.UNSTORED.dec(sum(isinstance(item, Final) for item in self._waiting))

    async def _store_lasting(self) -> None:
        item = self._waiting[0]
        if isinstance(item, str):
            await self._persist(lambda store: store.append(item))
            self._waiting.popleft()
            return
        batch = self._first_batch()
        entries = [self._entry(each.segment) for each in batch if isinstance(each, Final)]
        point = _after(batch)
        uid = self._session.uid
        await self._persist(
            lambda store: store.commit(uid, self._owner, point_fields(point), entries)
        )
        for each in batch:
            self._waiting.popleft()
            if isinstance(each, Final):
                metrics.UNSTORED.dec()
                metrics.FINALS.inc()
            await self._on_stored(each)

    def _first_batch(self) -> list[Final | Safe]:
        """Take one final, and the points behind it that carry none."""
        batch: list[Final | Safe] = []
        for item in self._waiting:
            if isinstance(item, str) or (batch and isinstance(item, Final)):
                break
            batch.append(item)
        return batch

    async def _persist(self, write: Callable[[SpeechStore], Awaitable[None]]) -> None:
        pause_s = RETRY_FIRST_S
        while self._store is not None:
            try:
                await write(self._store)
                return
            except BusUnavailable:
                _log.warning("final_waits_for_bus", uid=self._session.uid, waiting=self.waiting)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _store_draft(self, draft: Draft) -> None:
        if self._store is None:
            return
        try:
            await self._store.append(self._entry(draft.segment))
        except BusUnavailable:
            metrics.DRAFTS_DROPPED.inc()

    def _entry(self, segment: Segment) -> str:
        wire = wire_segment(self._session.uid, segment)
        return self._session.model_copy(update={"segments": [wire]}).model_dump_json()


def _after(batch: Sequence[Final | Safe]) -> Point:
    return batch[-1].point
