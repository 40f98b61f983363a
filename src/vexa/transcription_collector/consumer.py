"""The loop: read or claim, store, commit, then tell readers and acknowledge in one step."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from vexa.bus.connection import Bus
from vexa.bus.streams import Entry, GroupReader
from vexa.contracts.errors import (
    RequestRefused,
    StorageUnavailable,
    Unavailable,
    VexaError,
)
from vexa.contracts.stream_names import TRANSCRIPTION_DEAD_LETTERS
from vexa.kit.clock import Clock
from vexa.storage.database import Database
from vexa.transcription_collector import live_transcript, metrics
from vexa.transcription_collector.entries import BadEntry
from vexa.transcription_collector.handlers import Parsed, parse, store

_log = structlog.get_logger(__name__)

#: Longest wait for new entries; also how late a stop or a claim may be noticed.
BLOCK_MS = 1000
#: Time between two looks for entries of dead readers. With `claim_idle_s` this stays below 15 s.
CLAIM_EVERY_S = 3.0
#: Wait after a store failed: first, and longest.
RETRY_FIRST_S, RETRY_LONGEST_S = 0.1, 3.0
#: Tries of an entry that fails by itself, for a reason nobody foresaw, before it is put aside.
ENTRY_TRIES = 3


class Consumer:
    """One member of the collector group.

    Args:
        reader: the stream.
        bus: for the live tail and the feed.
        database: for finals.
        clock: tells `updated_at` and when to claim.
        batch_entries: most entries of one transaction.
        claim_idle_s: age at which a pending entry's reader counts as dead.
    """

    def __init__(
        self,
        reader: GroupReader,
        bus: Bus,
        database: Database,
        clock: Clock,
        *,
        batch_entries: int,
        claim_idle_s: float,
    ) -> None:
        self._reader = reader
        self._bus = bus
        self._database = database
        self._clock = clock
        self._batch_entries = batch_entries
        self._claim_idle_ms = int(claim_idle_s * 1000)
        self._next_claim_s = clock.monotonic_s()
        self._stopping = asyncio.Event()
        self._waiting_for: str | None = None

    async def problem(self) -> str | None:
        """Say which store the consumer waits for, or None: a readiness check."""
        return self._waiting_for

    def stop(self) -> None:
        """Let `run` return after the batch in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until `stop`. Cancelling it is safe too: what was in hand stays pending."""
        delay_s = RETRY_FIRST_S
        prepared = False
        while not self._stopping.is_set():
            try:
                if not prepared:
                    await self._reader.prepare()
                    prepared = True
                entries = await self._next_entries()
                if entries:
                    await self._until_handled(entries)
                self._waiting_for, delay_s = None, RETRY_FIRST_S
            except Unavailable as exc:
                self._note_wait(exc)
                await self._pause(delay_s)
                delay_s = min(delay_s * 2, RETRY_LONGEST_S)

    async def _next_entries(self) -> list[Entry]:
        if self._clock.monotonic_s() >= self._next_claim_s:
            claimed = await self._reader.claim_idle(self._claim_idle_ms, self._batch_entries)
            if not self._reader.claim_goes_on:
                self._next_claim_s = self._clock.monotonic_s() + CLAIM_EVERY_S
            if claimed:
                metrics.CLAIMED.inc(len(claimed))
                _log.info("entries_claimed", count=len(claimed))
                return claimed
        return await self._reader.read(self._batch_entries, BLOCK_MS)

    async def _until_handled(self, entries: Sequence[Entry]) -> None:
        """Handle entries that this member holds, however long a store is away."""
        delay_s = RETRY_FIRST_S
        while not self._stopping.is_set():
            try:
                await self._handle(entries)
                return
            except Unavailable as exc:
                metrics.RETRIES.inc()
                self._note_wait(exc)
                await self._pause(delay_s)
                delay_s = min(delay_s * 2, RETRY_LONGEST_S)

    async def _handle(self, entries: Sequence[Entry]) -> None:
        batch = await self._parse_all(entries)
        try:
            await self._commit(batch)
        except Unavailable:
            raise
        except Exception as exc:  # noqa: BLE001  # boundary: one bad entry must not stop the rest
            _log.warning("batch_failed", error=type(exc).__name__, entries=len(batch))
            for item in batch:
                await self._handle_alone(item)

    async def _parse_all(self, entries: Sequence[Entry]) -> list[Parsed]:
        batch: list[Parsed] = []
        for entry in entries:
            try:
                batch.append(parse(entry))
            except BadEntry as exc:
                await self._bury(entry, str(exc))
        return batch

    async def _commit(self, batch: Sequence[Parsed]) -> None:
        if not batch:
            return
        stored = await store(self._database, batch, self._clock.now())
        # only now, after the commit, may the entries be acknowledged
        await live_transcript.apply(
            self._bus, self._reader, stored.handled, stored.versions, self._clock.now()
        )
        metrics.STORED_FINALS.inc(stored.new_finals)

    async def _handle_alone(self, item: Parsed) -> None:
        reason = ""
        for _ in range(ENTRY_TRIES):
            try:
                await self._commit([item])
                return
            except Unavailable:
                raise
            except RequestRefused as exc:
                reason = exc.detail
                break
            except Exception as exc:  # noqa: BLE001  # boundary: as above, reported as dead letter
                reason = exc.code if isinstance(exc, VexaError) else type(exc).__name__
                await self._pause(RETRY_FIRST_S)
        if await self._database.problem() is not None:
            # not the entry's fault after all
            raise StorageUnavailable
        await self._bury(item.entry, reason)

    async def _bury(self, entry: Entry, reason: str) -> None:
        await self._reader.bury(entry, TRANSCRIPTION_DEAD_LETTERS, reason)
        metrics.DEAD_LETTERS.inc()
        _log.error("entry_put_aside", entry_id=entry.id, reason=reason)

    def _note_wait(self, error: Unavailable) -> None:
        if self._waiting_for is None:
            _log.warning("store_away", code=error.code)
        self._waiting_for = error.detail

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
