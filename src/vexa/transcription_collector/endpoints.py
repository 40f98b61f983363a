"""HTTP in and out; the rules are in `service`, `changes` and `shares`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.security import APIKeyHeader

from vexa.contracts.http.bots import Message
from vexa.contracts.http.meetings import MeetingList, MeetingPatch, MeetingResponse, ShareAnswer
from vexa.contracts.http.subscriptions import SubscribeAnswer, SubscribeRequest
from vexa.contracts.http.transcripts import TranscriptResponse
from vexa.contracts.http.users import MAX_INTEGER
from vexa.contracts.meeting import MeetingKey, MeetingStatus, PlatformName
from vexa.platforms.registry import meeting_key
from vexa.storage import meetings
from vexa.storage.database import Database
from vexa.storage.meetings import Filter
from vexa.transcription_collector.changes import Changes, Finder
from vexa.transcription_collector.service import Transcripts
from vexa.transcription_collector.shares import Shares

Key = Annotated[
    str | None,
    Depends(APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)),
]
NativeId = Annotated[str, Path(max_length=255)]
Id = Annotated[int, Path(ge=0, le=MAX_INTEGER)]
WhichId = Annotated[int | None, Query(ge=0, le=MAX_INTEGER, description="one of several there")]
Ttl = Annotated[int | None, Query(description="life of the link, seconds")]
_ADDRESS = "/{platform}/{native_meeting_id}"


def make_reading_router(transcripts: Transcripts) -> APIRouter:
    """Return the routes that read."""
    router = APIRouter(tags=["meetings"])

    @router.get("/meetings")
    async def list_meetings(
        x_api_key: Key = None,
        limit: Annotated[int | None, Query(ge=1, le=100)] = None,
        offset: Annotated[int, Query(ge=0, le=MAX_INTEGER)] = 0,
        status: Annotated[MeetingStatus | None, Query()] = None,
        platform: Annotated[PlatformName | None, Query()] = None,
        search: Annotated[str | None, Query(max_length=255)] = None,
    ) -> MeetingList:
        """The user's meetings, newest first; all of them without `limit`."""
        only = Filter(status, platform, search)
        return await transcripts.list_meetings(x_api_key, limit, offset, only)

    @router.get("/meetings/{meeting_id}")
    async def read_meeting(meeting_id: Id, x_api_key: Key = None) -> MeetingResponse:
        """One meeting."""
        return await transcripts.meeting(x_api_key, meeting_id)

    @router.get("/transcripts/by-id/{meeting_id}", response_model=TranscriptResponse)
    async def read_transcript_by_id(meeting_id: Id, x_api_key: Key = None) -> Response:
        """What was said in one meeting."""
        return _json(await transcripts.read_by_id(x_api_key, meeting_id))

    @router.get(f"/transcripts{_ADDRESS}", response_model=TranscriptResponse)
    async def read_transcript(
        platform: PlatformName,
        native_meeting_id: NativeId,
        x_api_key: Key = None,
        meeting_id: WhichId = None,
    ) -> Response:
        """What was said: finals, and drafts of what is being said now (`completed` false)."""
        key = meeting_key(platform, native_meeting_id)
        return _json(await transcripts.read_at(x_api_key, key, meeting_id))

    @router.post("/ws/authorize-subscribe")
    async def authorize_subscribe(body: SubscribeRequest, x_api_key: Key = None) -> SubscribeAnswer:
        """Which meetings this key may follow."""
        return await transcripts.authorize(x_api_key, body.meetings)

    return router


def make_changing_router(transcripts: Transcripts, changes: Changes) -> APIRouter:
    """Return the routes that change and erase."""
    router = APIRouter(tags=["meetings"])

    async def by_id(x_api_key: str | None, meeting_id: int) -> Finder:
        caller = await transcripts.identify(x_api_key)
        return lambda session: meetings.own(session, caller.user_id, meeting_id)

    async def at(x_api_key: str | None, key: MeetingKey) -> Finder:
        caller = await transcripts.identify(x_api_key)
        return lambda session: meetings.own_at(session, caller.user_id, key)

    @router.patch("/meetings/{meeting_id}")
    async def change_meeting(
        meeting_id: Id, body: MeetingPatch, x_api_key: Key = None
    ) -> MeetingResponse:
        """Write name, participants, languages, notes, or a time to live."""
        return await changes.patch(await by_id(x_api_key, meeting_id), body)

    @router.patch(f"/meetings{_ADDRESS}")
    async def change_meeting_at(
        platform: PlatformName,
        native_meeting_id: NativeId,
        body: MeetingPatch,
        x_api_key: Key = None,
    ) -> MeetingResponse:
        """The same for the newest meeting at an address."""
        key = meeting_key(platform, native_meeting_id)
        return await changes.patch(await at(x_api_key, key), body)

    @router.delete("/meetings/{meeting_id}")
    async def erase_meeting(meeting_id: Id, x_api_key: Key = None) -> Message:
        """Erase what was said and by whom; the row stays, anonymised."""
        return Message(message=await changes.erase(await by_id(x_api_key, meeting_id)))

    @router.delete(f"/meetings{_ADDRESS}")
    async def erase_meeting_at(
        platform: PlatformName, native_meeting_id: NativeId, x_api_key: Key = None
    ) -> Message:
        """The same for the newest meeting at an address."""
        key = meeting_key(platform, native_meeting_id)
        return Message(message=await changes.erase(await at(x_api_key, key)))

    return router


def make_share_router(transcripts: Transcripts, shares: Shares, database: Database) -> APIRouter:
    """Return the routes of links to transcripts."""
    router = APIRouter(tags=["shares"])

    @router.post(f"/transcripts{_ADDRESS}/share")
    @router.post(f"/meetings{_ADDRESS}/share")
    async def share(
        request: Request,
        platform: PlatformName,
        native_meeting_id: NativeId,
        x_api_key: Key = None,
        meeting_id: WhichId = None,
        ttl_seconds: Ttl = None,
    ) -> ShareAnswer:
        """Make a link by which anyone can read the transcript until it expires."""
        caller = await transcripts.identify(x_api_key)
        key = meeting_key(platform, native_meeting_id)
        async with database.reading() as session:
            meeting = await meetings.own_at(session, caller.user_id, key, meeting_id)
        return await shares.create(meeting, ttl_seconds, _base_url(request))

    @router.get(
        "/public/transcripts/{share_id}.txt",
        response_model=None,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def shared_text(share_id: Annotated[str, Path(max_length=100)]) -> Response:
        """The transcript that a link shows; needs no key."""
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return PlainTextResponse(await shares.text(share_id), headers=headers)

    return router


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _base_url(request: Request) -> str:
    # the gateway sets both, and takes them from nobody but a proxy that it was told to trust
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    host = request.headers.get("x-forwarded-host", request.url.netloc)
    return f"{scheme}://{host}"
