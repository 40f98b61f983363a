"""The reader: whose meetings, and what was said in them, stored and live as one transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from vexa.bus import live_tail
from vexa.bus.connection import Bus
from vexa.contracts.api_keys import FOR_TRANSCRIPTS
from vexa.contracts.errors import BusUnavailable, InvalidInput, NotFound
from vexa.contracts.http.meetings import MeetingList
from vexa.contracts.http.subscriptions import (
    AuthorizedMeeting,
    MeetingAddress,
    SubscribeAnswer,
)
from vexa.contracts.http.transcripts import TranscriptResponse
from vexa.contracts.meeting import PlatformName
from vexa.contracts.times import naive_utc
from vexa.platforms.registry import joinable, platform_address
from vexa.storage import meetings, segments
from vexa.storage.callers import Callers
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow
from vexa.transcription_collector.merge import Draft, merged, read_draft, row_to_segment

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_log = structlog.get_logger(__name__)


class Transcripts:
    """Answers for one API key at a time.

    Every method raises MissingKey, InvalidKey or InsufficientScope without a key that opens it, and
    StorageUnavailable.
    """

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._callers = Callers(database)

    async def list_meetings(self, api_key: str | None, limit: int | None, skip: int) -> MeetingList:
        """Return the user's meetings, newest first; all of them without `limit`."""
        caller = await self._callers.identify(api_key, FOR_TRANSCRIPTS)
        async with self._database.reading() as session:
            rows = await meetings.list_for_user(session, caller.user_id, limit=limit, offset=skip)
            return MeetingList(meetings=[meetings.to_response(row) for row in rows])

    async def read(
        self, api_key: str | None, platform: PlatformName, native_id: str, meeting_id: int | None
    ) -> TranscriptResponse:
        """Return the transcript of the newest meeting at this address, or of the one named.

        While Redis is away there are finals only.

        Raises:
            NotFound: the user has no such meeting.
        """
        caller = await self._callers.identify(api_key, FOR_TRANSCRIPTS)
        async with self._database.reading() as session:
            meeting = await _find(session, caller.user_id, platform, native_id, meeting_id)
        # the tail first: a segment that becomes final in between is then seen as the final
        drafts = await self._drafts(meeting.id)
        async with self._database.reading() as session:
            rows = await segments.of_meeting(session, meeting.id)
        spoken = merged((row_to_segment(row) for row in rows), drafts)
        return TranscriptResponse(
            id=meeting.id,
            platform=meeting.platform,
            native_meeting_id=meeting.platform_specific_id,
            constructed_meeting_url=meeting.constructed_meeting_url,
            status=meeting.status,
            start_time=naive_utc(meeting.start_time) if meeting.start_time else None,
            end_time=naive_utc(meeting.end_time) if meeting.end_time else None,
            data=meeting.data,
            notes=meeting.data.get("notes"),
            recordings=[],
            segments=spoken,
        )

    async def _drafts(self, meeting_id: int) -> list[Draft]:
        try:
            stored = await live_tail.read(self._bus, meeting_id)
        except BusUnavailable as exc:
            _log.warning("drafts_left_out", code=exc.code)
            return []
        return [draft for text in stored.values() if (draft := read_draft(text))]

    async def authorize(self, api_key: str | None, wanted: list[MeetingAddress]) -> SubscribeAnswer:
        """Say which of these meetings the user may follow, and why not the others."""
        authorized: list[AuthorizedMeeting] = []
        errors: list[str] = []
        caller = await self._callers.identify(api_key, FOR_TRANSCRIPTS)
        async with self._database.reading() as session:
            for index, item in enumerate(wanted):
                row = await meetings.newest(session, caller.user_id, item.platform, item.native_id)
                if row is None:
                    errors.append(f"meetings[{index}] {_refusal(item)}")
                    continue
                authorized.append(
                    AuthorizedMeeting(
                        platform=item.platform,
                        native_id=item.native_id,
                        user_id=str(caller.user_id),
                        meeting_id=str(row.id),
                    )
                )
        return SubscribeAnswer(authorized=authorized, errors=errors, user_id=caller.user_id)


def _refusal(item: MeetingAddress) -> str:
    invalid = f"invalid native_meeting_id for platform '{item.platform}'"
    if item.platform not in set(PlatformName):
        return invalid
    try:
        if joinable(item.platform):
            platform_address(item.platform, item.native_id)
    except InvalidInput:
        return invalid
    return "not authorized or not found for user"


async def _find(
    session: AsyncSession,
    user_id: int,
    platform: PlatformName,
    native_id: str,
    meeting_id: int | None,
) -> MeetingRow:
    if meeting_id is None:
        row = await meetings.newest(session, user_id, platform, native_id)
        if row is None:
            raise NotFound(f"Meeting not found for platform {platform} and ID {native_id}")
        return row
    row = await meetings.by_id(session, meeting_id)
    if row is None or (row.user_id, row.platform, row.platform_specific_id) != (
        user_id,
        platform,
        native_id,
    ):
        raise NotFound(
            f"Meeting not found for platform {platform}, ID {native_id}, "
            f"and meeting_id {meeting_id}"
        )
    return row
