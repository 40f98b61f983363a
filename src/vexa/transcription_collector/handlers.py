"""What one batch of entries changes in the database, in one transaction.

Handling an entry again changes nothing, so a batch may be repeated after any failure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from vexa.bus.streams import Entry
from vexa.contracts.whisper_protocol import (
    SessionEnd,
    SessionSpeaker,
    SessionStart,
    StreamEntry,
    Transcription,
)
from vexa.storage import erasure, segments, sessions
from vexa.storage.database import Database
from vexa.storage.tables import MeetingSessionRow
from vexa.transcription_collector.entries import (
    Spoken,
    parse_message,
    read_time,
    speaker_name,
    spoken_of,
)
from vexa.transcription_collector.live_transcript import Handled, shown_time
from vexa.transcription_collector.merge import row_to_segment, to_segment

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

#: Locked rows of one batch, by meeting and session uid.
Sessions = dict[tuple[int, str], MeetingSessionRow]


@dataclass(frozen=True, slots=True)
class Parsed:
    """An entry that can be handled; finals and drafts are those of a transcription."""

    entry: Entry
    message: StreamEntry
    finals: Sequence[Spoken] = ()
    drafts: Sequence[Spoken] = ()

    @property
    def needs_storage(self) -> bool:
        """Whether the database is involved; drafts alone go past it."""
        return bool(self.finals) or not isinstance(self.message, Transcription)


def parse(entry: Entry) -> Parsed:
    """Read an entry.

    Raises:
        BadEntry: it can never be handled.
    """
    message = parse_message(entry.fields.get("payload"))
    if isinstance(message, Transcription):
        finals, drafts = spoken_of(message)
        return Parsed(entry, message, finals, drafts)
    return Parsed(entry, message)


async def store(
    database: Database, batch: Sequence[Parsed], now: datetime
) -> tuple[list[Handled], int]:
    """Store what a batch says and commit.

    What belongs to an erased meeting is passed over.

    Returns:
        What readers must be told, entry by entry, and how many finals were new.

    Raises:
        NotFound: an entry names a meeting that does not exist; nothing was stored.
        StorageUnavailable: nothing was stored.
    """
    if not any(item.needs_storage for item in batch):
        return [_untouched(item) for item in batch], 0
    handled: list[Handled] = []
    new_finals = 0
    changed: set[int] = set()
    async with database.transaction() as session:
        erased = await erasure.erased_among(session, {item.message.meeting_id for item in batch})
        rows = await _lock_sessions(session, [i for i in batch if not _is_of(i, erased)])
        for item in batch:
            if _is_of(item, erased):
                handled.append(Handled(item.entry, item.message))
                continue
            if not item.needs_storage:
                handled.append(_untouched(item))
                continue
            result, new = await _store_one(session, item, rows, now)
            handled.append(result)
            new_finals += new
            if new or result.named:
                changed.add(item.message.meeting_id)
        await segments.note_change(session, changed)
    return handled, new_finals


def _is_of(item: Parsed, meeting_ids: Collection[int]) -> bool:
    return item.message.meeting_id in meeting_ids


def _untouched(item: Parsed) -> Handled:
    return Handled(item.entry, item.message, drafts=item.drafts)


async def _lock_sessions(session: AsyncSession, batch: Sequence[Parsed]) -> Sessions:
    # one order for every process, or two batches could wait for each other's rows
    starts: dict[tuple[int, str], datetime | None] = {}
    for item in batch:
        if item.needs_storage:
            key = (item.message.meeting_id, item.message.uid)
            starts[key] = starts.get(key) or _start_of(item)
    return {key: await sessions.ensure(session, *key, starts[key]) for key in sorted(starts)}


def _start_of(item: Parsed) -> datetime | None:
    if isinstance(item.message, SessionStart | Transcription):
        return read_time(item.message.start_timestamp)
    return None


async def _store_one(
    session: AsyncSession, item: Parsed, rows: Sessions, now: datetime
) -> tuple[Handled, int]:
    message = item.message
    if isinstance(message, SessionEnd):
        await sessions.end(
            session, message.meeting_id, message.uid, read_time(message.end_timestamp)
        )
        return _untouched(item), 0
    row = rows[message.meeting_id, message.uid]
    if isinstance(message, Transcription):
        return await _store_finals(session, item, row.speaker, now)
    return await _store_name(session, item, row, now), 0


async def _store_finals(
    session: AsyncSession, item: Parsed, known_speaker: str | None, now: datetime
) -> tuple[Handled, int]:
    named = [spoken.with_speaker(known_speaker) for spoken in item.finals]
    audible = [spoken.segment for spoken in named if spoken.segment.text.strip()]
    new = await segments.insert_finals(session, audible)
    at = shown_time(item.entry, now)
    shown = [to_segment(segment, completed=True, updated_at=at) for segment in audible]
    drafts = [spoken.with_speaker(known_speaker) for spoken in item.drafts]
    return Handled(item.entry, item.message, named, shown, drafts), new


async def _store_name(
    session: AsyncSession, item: Parsed, row: MeetingSessionRow, now: datetime
) -> Handled:
    message = item.message
    assert isinstance(message, SessionStart | SessionSpeaker)
    speaker = speaker_name(message.speaker)
    if speaker is None or row.speaker not in {None, speaker}:
        return _untouched(item)
    row.speaker = speaker
    rows = await segments.name_unnamed(session, message.meeting_id, message.uid, speaker)
    at = shown_time(item.entry, now)
    named = [row_to_segment(final, updated_at=at) for final in rows]
    return Handled(item.entry, message, named=named, speaker=speaker)
