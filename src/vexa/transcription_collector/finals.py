"""Stored finals as JSON, kept in memory until they change.

A final never changes but for a name that comes later, so a meeting that is read again and again is
read from the database and written as JSON once per version of its transcript.
"""

from __future__ import annotations

from collections import OrderedDict

from vexa.storage import segments
from vexa.storage.database import Database
from vexa.transcription_collector.merge import Finals, row_to_segment

#: JSON that one process keeps, bytes; the meetings that were read last.
KEEP_BYTES = 16_000_000


class FinalsCache:
    """Reads finals, from memory while their version is the stored one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[int, tuple[int, Finals]] = OrderedDict()
        self._bytes = 0

    async def read(self, meeting_id: int, known_version: int | None = None) -> Finals:
        """Return a meeting's finals as they are stored now.

        Args:
            meeting_id: whose.
            known_version: a version that holds all that the caller needs; None to ask for the
                stored one.

        Raises:
            StorageUnavailable: the database cannot be reached.
        """
        kept = self._kept.get(meeting_id)
        if kept is not None and kept[0] == known_version:
            self._kept.move_to_end(meeting_id)
            return kept[1]
        async with self._database.reading() as session:
            version = await segments.version(session, meeting_id)
            kept = self._kept.get(meeting_id)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(meeting_id)
                return kept[1]
            rows = await segments.of_meeting(session, meeting_id)
        finals = Finals.of(row_to_segment(row) for row in rows)
        self._keep(meeting_id, version, finals)
        return finals

    def _keep(self, meeting_id: int, version: int, finals: Finals) -> None:
        _, before = self._kept.pop(meeting_id, (0, None))
        self._kept[meeting_id] = (version, finals)
        self._bytes += finals.size - (before.size if before else 0)
        while self._bytes > KEEP_BYTES and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._bytes -= oldest.size
