"""The reader: whose meetings, and what was said in them, stored and live as one transcript."""

from __future__ import annotations

import structlog

from vexa.bus import live_tail
from vexa.bus.connection import Bus
from vexa.contracts.api_keys import FOR_TRANSCRIPTS
from vexa.contracts.errors import BusUnavailable, InvalidInput, NotFound
from vexa.contracts.http.meetings import MeetingList, MeetingResponse
from vexa.contracts.http.subscriptions import (
    AuthorizedMeeting,
    MeetingAddress,
    SubscribeAnswer,
)
from vexa.contracts.http.transcripts import TranscriptHead
from vexa.contracts.meeting import MeetingKey
from vexa.contracts.times import naive_utc
from vexa.platforms.registry import PLATFORMS, platform_address
from vexa.storage import meetings
from vexa.storage.callers import Caller, Callers
from vexa.storage.database import Database
from vexa.storage.meetings import Filter
from vexa.storage.tables import MeetingRow
from vexa.transcription_collector.finals import FinalsCache
from vexa.transcription_collector.merge import Draft, read_draft

_log = structlog.get_logger(__name__)


class Transcripts:
    """Answers for one API key at a time.

    Every method with an `api_key` raises MissingKey, InvalidKey or InsufficientScope without a key
    that opens it; every method raises StorageUnavailable.
    """

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._callers = Callers(database)
        self._finals = FinalsCache(database)

    async def identify(self, api_key: str | None) -> Caller:
        """Return who is asking."""
        return await self._callers.identify(api_key, FOR_TRANSCRIPTS)

    async def list_meetings(
        self, api_key: str | None, limit: int | None, skip: int, only: Filter
    ) -> MeetingList:
        """Return the user's meetings, newest first; all of them without `limit`."""
        caller = await self.identify(api_key)
        async with self._database.reading() as session:
            rows = await meetings.list_for_user(
                session, caller.user_id, limit=limit, offset=skip, only=only
            )
        return MeetingList(meetings=[meetings.to_response(row) for row in rows])

    async def meeting(self, api_key: str | None, meeting_id: int) -> MeetingResponse:
        """Return one meeting.

        Raises:
            NotFound: the user has no such meeting.
        """
        caller = await self.identify(api_key)
        async with self._database.reading() as session:
            return meetings.to_response(await meetings.own(session, caller.user_id, meeting_id))

    async def read_at(self, api_key: str | None, key: MeetingKey, meeting_id: int | None) -> bytes:
        """Return the transcript of the newest meeting at this address, or of the one named.

        Raises:
            NotFound: the user has no such meeting.
        """
        caller = await self.identify(api_key)
        async with self._database.reading() as session:
            meeting = await meetings.own_at(session, caller.user_id, key, meeting_id)
        return await self._transcript(meeting)

    async def read_by_id(self, api_key: str | None, meeting_id: int) -> bytes:
        """Return the transcript of a meeting.

        Raises:
            NotFound: the user has no such meeting.
        """
        caller = await self.identify(api_key)
        async with self._database.reading() as session:
            meeting = await meetings.own(session, caller.user_id, meeting_id)
        return await self._transcript(meeting)

    async def segments(self, meeting_id: int) -> bytes:
        """Return the segments of any user's meeting as a JSON list; for programs of this server.

        Raises:
            NotFound: there is no such meeting.
        """
        async with self._database.reading() as session:
            if await meetings.by_id(session, meeting_id) is None:
                raise NotFound(f"Meeting with ID {meeting_id} not found.")
        return await self.segments_of(meeting_id)

    async def segments_of(self, meeting_id: int) -> bytes:
        """Return finals and drafts of a known meeting as a JSON list.

        While Redis is away there are finals only.
        """
        # the tail first: a segment that becomes final in between is then seen as the final
        drafts, version = await self._tail(meeting_id)
        return (await self._finals.read(meeting_id, version)).with_drafts(drafts)

    async def _transcript(self, meeting: MeetingRow) -> bytes:
        head = TranscriptHead(
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
        )
        spoken = await self.segments_of(meeting.id)
        return head.model_dump_json().encode()[:-1] + b',"segments":' + spoken + b"}"

    async def _tail(self, meeting_id: int) -> tuple[list[Draft], int | None]:
        try:
            tail = await live_tail.read(self._bus, meeting_id)
        except BusUnavailable as exc:
            _log.warning("drafts_left_out", code=exc.code)
            return [], None
        drafts = [draft for text in tail.drafts.values() if (draft := read_draft(text))]
        return drafts, tail.version

    async def authorize(self, api_key: str | None, wanted: list[MeetingAddress]) -> SubscribeAnswer:
        """Say which of these meetings the user may follow, and why not the others."""
        authorized: list[AuthorizedMeeting] = []
        errors: list[str] = []
        caller = await self.identify(api_key)
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
    if item.platform not in PLATFORMS.names:
        return invalid
    try:
        platform_address(item.platform, item.native_id)
    except InvalidInput:
        return invalid
    return "not authorized or not found for user"
