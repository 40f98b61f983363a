"""Drafts, frames and acknowledgements: everything that one batch changes in Redis, in one step.

One MULTI/EXEC removes and writes drafts, publishes the frames, and acknowledges the entries. A
process that dies before it has changed nothing, and the batch comes again; one that dies after it
has done everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vexa.bus.connection import Bus
from vexa.bus.live_tail import StoredTail, TailChange, change_in, read_in
from vexa.bus.streams import Entry, GroupReader
from vexa.bus.transaction import Transaction, run_transaction
from vexa.contracts.http.transcripts import Segment
from vexa.contracts.stream_names import meeting_feed
from vexa.contracts.whisper_protocol import SessionEnd, StreamEntry
from vexa.transcription_collector.entries import Spoken
from vexa.transcription_collector.feed import frames
from vexa.transcription_collector.merge import Tail, read_draft


@dataclass(frozen=True, slots=True)
class Handled:
    """One entry after the database has taken its part.

    Attributes:
        entry: as read from the stream.
        message: what it says.
        finals: stored now or before.
        shown_finals: the same as readers see them, but for blank ones.
        drafts: not stored.
        named: stored finals of earlier entries that got their speaker now.
        speaker: the session's name, when this entry told it.
    """

    entry: Entry
    message: StreamEntry
    finals: Sequence[Spoken] = ()
    shown_finals: Sequence[Segment] = ()
    drafts: Sequence[Spoken] = ()
    named: Sequence[Segment] = ()
    speaker: str | None = None


async def apply(
    bus: Bus,
    reader: GroupReader,
    batch: Sequence[Handled],
    versions: Mapping[int, int],
    now: datetime,
) -> None:
    """Apply a batch to the live tails, tell the feed, acknowledge.

    Args:
        bus: the connection.
        reader: where the entries came from.
        batch: what the database has taken its part of.
        versions: meeting id → version of its stored transcript, where that has changed.
        now: the time of the frames.

    Raises:
        BusUnavailable: nothing was done; the batch may be applied again.
    """
    meeting_ids = {item.message.meeting_id for item in batch}

    async def build(transaction: Transaction) -> None:
        stored = await read_in(transaction, sorted(meeting_ids))
        tails = {meeting_id: _open(tail) for meeting_id, tail in stored.items()}
        transaction.begin_writes()
        for item in batch:
            meeting_id = item.message.meeting_id
            changed = _apply_one(tails[meeting_id], item, now)
            for text in frames(meeting_id, changed, now):
                transaction.publish(meeting_feed(meeting_id), text)
        for meeting_id, tail in tails.items():
            change_in(transaction, meeting_id, _change(tail, versions.get(meeting_id)))
        reader.acknowledge_in(transaction, [item.entry.id for item in batch])

    await run_transaction(bus, build)


def _open(stored: StoredTail) -> Tail:
    drafts = {key: draft for key, text in stored.drafts.items() if (draft := read_draft(text))}
    return Tail(drafts, dict(stored.last_finals))


def _change(tail: Tail, version: int | None) -> TailChange:
    written = {key: tail.drafts[key].model_dump_json() for key in tail.written}
    return TailChange(written, tail.removed, tail.raised, version)


def _apply_one(tail: Tail, item: Handled, now: datetime) -> list[Segment]:
    at = written_time(item.entry)
    changed: list[Segment] = []
    if item.speaker is not None:
        changed += item.named
        changed += tail.give_name(item.message.uid, item.speaker)
    tail.settle(item.finals)
    changed += item.shown_finals
    changed += tail.take_drafts(item.drafts, item.entry.order, at)
    if isinstance(item.message, SessionEnd):
        changed += tail.end_session(item.message.uid, shown_time(item.entry, now))
    return changed


def written_time(entry: Entry) -> datetime:
    """When an entry was written, by the stream's clock.

    The time of drafts: however late one is handled, it never looks newer than its final.
    """
    return datetime.fromtimestamp(entry.written_ms / 1000, UTC)


def shown_time(entry: Entry, now: datetime) -> datetime:
    """The time of finals and names: now, but not before the stream says they were written."""
    return max(now, written_time(entry))
