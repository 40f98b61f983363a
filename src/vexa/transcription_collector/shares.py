"""Links by which anyone can read a transcript for some time, and the text that they show."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import TypeAdapter

from vexa.bus import shares
from vexa.bus.connection import Bus
from vexa.contracts.errors import InvalidInput, NotFound
from vexa.contracts.http.meetings import ShareAnswer
from vexa.contracts.http.transcripts import Segment
from vexa.contracts.times import parse_iso
from vexa.kit.clock import Clock
from vexa.storage import meetings
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow
from vexa.transcription_collector.service import Transcripts
from vexa.transcription_collector.settings import CollectorSettings

#: Shortest life of a link (wire.md §1.6).
MIN_TTL_S = 60
NO_SPEAKER = "Unknown"
_GONE = "Share link expired or not found"
_TIME = "%Y-%m-%d %H:%M:%S"
_SEGMENTS = TypeAdapter(list[Segment])


class Shares:
    """Makes links and answers them; raises BusUnavailable and StorageUnavailable."""

    def __init__(
        self,
        settings: CollectorSettings,
        database: Database,
        bus: Bus,
        transcripts: Transcripts,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._bus = bus
        self._transcripts = transcripts
        self._clock = clock

    async def create(self, meeting: MeetingRow, ttl_s: int | None, base_url: str) -> ShareAnswer:
        """Make a link to a meeting's transcript.

        Args:
            meeting: the caller's own.
            ttl_s: life of the link in seconds; None for the server's default.
            base_url: where clients reach this server, unless a setting says so.

        Raises:
            InvalidInput: `ttl_s` is out of range.
        """
        longest = self._settings.transcript_share_ttl_max_seconds
        ttl_s = self._settings.transcript_share_ttl_seconds if ttl_s is None else ttl_s
        if not MIN_TTL_S <= ttl_s <= longest:
            raise InvalidInput(f"ttl_seconds must be {MIN_TTL_S} to {longest}", field="ttl_seconds")
        share_id = await shares.create(self._bus, meeting.id, ttl_s)
        base = (self._settings.public_base_url or base_url).rstrip("/")
        return ShareAnswer(
            share_id=share_id,
            url=f"{base}/public/transcripts/{share_id}.txt",
            expires_at=self._clock.now() + timedelta(seconds=ttl_s),
            expires_in_seconds=ttl_s,
            id=share_id,
            token=share_id,
            mode="text",
        )

    async def text(self, share_id: str) -> str:
        """Return the transcript that a link shows, as text.

        Raises:
            NotFound: the link is unknown or has expired, or the meeting is erased.
        """
        meeting_id = await shares.meeting_of(self._bus, share_id)
        if meeting_id is None:
            raise NotFound(_GONE)
        async with self._database.reading() as session:
            meeting = await meetings.by_id(session, meeting_id)
        if meeting is None or meeting.platform_specific_id is None:
            raise NotFound(_GONE)
        spoken = await self._transcripts.segments_of(meeting_id)
        return as_text(meeting, _SEGMENTS.validate_json(spoken))


def as_text(meeting: MeetingRow, segments: list[Segment]) -> str:
    """Write a transcript for a person: a head, then a line for each segment, times in UTC."""
    head = [
        "MEETING TRANSCRIPT",
        f"Platform: {meeting.platform}",
        f"Meeting ID: {meeting.platform_specific_id}",
        f"Start: {_written(meeting.start_time)}",
        f"End: {_written(meeting.end_time)}",
        "---",
    ]
    lines = [
        f"[{_written(parse_iso(segment.absolute_start_time))}] "
        f"{segment.speaker or NO_SPEAKER}: {segment.text.strip()}"
        for segment in segments
    ]
    return "\n".join([*head, *lines]) + "\n"


def _written(moment: datetime | None) -> str:
    return moment.strftime(_TIME) if moment else ""
