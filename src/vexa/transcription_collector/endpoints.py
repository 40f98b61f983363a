"""HTTP in and out; the rules are in `service`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query

from vexa.contracts.http.meetings import MeetingList
from vexa.contracts.http.subscriptions import SubscribeAnswer, SubscribeRequest
from vexa.contracts.http.transcripts import TranscriptResponse
from vexa.contracts.meeting import PlatformName
from vexa.transcription_collector.service import Transcripts

_Key = Annotated[str | None, Header(alias="X-API-Key")]


def make_router(transcripts: Transcripts) -> APIRouter:
    """Return the collector's routes over one reader."""
    router = APIRouter()

    @router.get("/meetings")
    async def list_meetings(
        x_api_key: _Key = None,
        limit: Annotated[int | None, Query(ge=1, le=100)] = None,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> MeetingList:
        """The user's meetings, newest first."""
        return await transcripts.list_meetings(x_api_key, limit, offset)

    @router.get("/transcripts/{platform}/{native_meeting_id}")
    async def read_transcript(
        platform: PlatformName,
        native_meeting_id: Annotated[str, Path(max_length=255)],
        x_api_key: _Key = None,
        meeting_id: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    ) -> TranscriptResponse:
        """What was said: finals, and drafts of what is being said now (`completed` false)."""
        return await transcripts.read(x_api_key, platform, native_meeting_id, meeting_id)

    @router.post("/ws/authorize-subscribe")
    async def authorize_subscribe(
        body: SubscribeRequest, x_api_key: _Key = None
    ) -> SubscribeAnswer:
        """Which meetings this key may follow."""
        return await transcripts.authorize(x_api_key, body.meetings)

    return router
