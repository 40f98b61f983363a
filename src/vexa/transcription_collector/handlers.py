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
from vexa.storage import erasure, people, segments, sessions
from vexa.storage.database import Database
from vexa.storage.segments import FinalSegment
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


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch has changed.

    Attributes:
        handled: what readers must be told, entry by entry.
        new_finals: how many finals were new.
        versions: meeting id → version of its transcript, where that has changed.
    """

    handled: list[Handled]
    new_finals: int
    versions: dict[int, int]


async def store(database: Database, batch: Sequence[Parsed], now: datetime) -> Stored:
    """Store what a batch says and commit.

    What belongs to an erased meeting is passed over.

    Raises:
        NotFound: an entry names a meeting that does not exist; nothing was stored.
        StorageUnavailable: nothing was stored.
    """
    if not any(item.needs_storage for item in batch):
        return Stored([_untouched(item) for item in batch], 0, {})
    handled: list[Handled] = []
    async with database.transaction() as session:
        erased = await erasure.erased_among(session, {item.message.meeting_id for item in batch})
        kept = [item for item in batch if not _is_of(item, erased)]
        work = _Work(session, await _lock_sessions(session, kept), now)
        for item in batch:
            if _is_of(item, erased):
                handled.append(Handled(item.entry, item.message))
            elif not item.needs_storage:
                handled.append(_untouched(item))
            else:
                handled.append(await work.take(item))
        versions = await work.finish()
    return Stored(handled, work.new_finals, versions)


def _is_of(item: Parsed, meeting_ids: Collection[int]) -> bool:
    return item.message.meeting_id in meeting_ids


def _untouched(item: Parsed) -> Handled:
    return Handled(item.entry, item.message, drafts=item.drafts)


async def _lock_sessions(session: AsyncSession, batch: Sequence[Parsed]) -> Sessions:
    starts: dict[tuple[int, str], datetime | None] = {}
    for item in batch:
        if item.needs_storage:
            key = (item.message.meeting_id, item.message.uid)
            starts[key] = starts.get(key) or _start_of(item)
    return await sessions.ensure_all(session, starts)


def _start_of(item: Parsed) -> datetime | None:
    if isinstance(item.message, SessionStart | Transcription):
        return read_time(item.message.start_timestamp)
    return None


class _Work:
    """What one batch changes, with its finals written together.

    Args:
        session: the batch's transaction.
        rows: its sessions, locked.
        now: the time of finals and names.
    """

    def __init__(self, session: AsyncSession, rows: Sessions, now: datetime) -> None:
        self._session = session
        self._rows = rows
        self._now = now
        self._waiting: list[FinalSegment] = []
        self._changed: set[int] = set()
        self.new_finals = 0

    async def take(self, item: Parsed) -> Handled:
        """Take an entry that needs the database."""
        message = item.message
        if isinstance(message, Transcription):
            return self._take_finals(item)
        # a name is for what was said before it, an end for what is stored
        await self._write()
        if isinstance(message, SessionEnd):
            await sessions.end(
                self._session, message.meeting_id, message.uid, read_time(message.end_timestamp)
            )
            return _untouched(item)
        return await self._name(item)

    def _take_finals(self, item: Parsed) -> Handled:
        known_speaker = self._rows[item.message.meeting_id, item.message.uid].speaker
        named = [spoken.with_speaker(known_speaker) for spoken in item.finals]
        audible = [spoken.segment for spoken in named if spoken.segment.text.strip()]
        self._waiting += audible
        at = shown_time(item.entry, self._now)
        shown = [to_segment(segment, completed=True, updated_at=at) for segment in audible]
        drafts = [spoken.with_speaker(known_speaker) for spoken in item.drafts]
        return Handled(item.entry, item.message, named, shown, drafts)

    async def _name(self, item: Parsed) -> Handled:
        message = item.message
        assert isinstance(message, SessionStart | SessionSpeaker)
        row = self._rows[message.meeting_id, message.uid]
        speaker = speaker_name(message.speaker)
        if speaker is None or row.speaker not in {None, speaker}:
            return _untouched(item)
        row.speaker = speaker
        rows = await segments.name_unnamed(self._session, message.meeting_id, message.uid, speaker)
        at = shown_time(item.entry, self._now)
        named = [row_to_segment(final, updated_at=at) for final in rows]
        if named:
            self._changed.add(message.meeting_id)
        return Handled(item.entry, message, named=named, speaker=speaker)

    async def _write(self) -> None:
        new = await segments.insert_finals(self._session, self._waiting)
        self._waiting = []
        self._changed.update(new)
        self.new_finals += len(new)

    async def finish(self) -> dict[int, int]:
        """Write what still waits; return the new versions of the transcripts that have changed."""
        await self._write()
        versions = await segments.note_change(self._session, self._changed)
        await people.fill_again(self._session, self._changed)
        return versions
