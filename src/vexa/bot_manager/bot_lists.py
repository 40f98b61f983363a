"""Routes that list a user's bots, those that have ended included (generation 0.10)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from vexa.bot_manager.auth import PartsDep, UserDep
from vexa.contracts.http.meetings import MeetingPage, MeetingResponse
from vexa.contracts.http.users import MAX_INTEGER
from vexa.contracts.meeting import MeetingStatus, PlatformName
from vexa.storage import meetings
from vexa.storage.meetings import Filter

router = APIRouter(tags=["bots"])

#: What of a meeting's data a list shows unless `include=data`.
SHORT_DATA = (
    *("name", "participants", "languages", "bot_name"),
    *("completion_reason", "failure_stage", "outcome", "outcome_message"),
)


@router.get("/bots")
async def list_bots(
    user: UserDep,
    parts: PartsDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=MAX_INTEGER)] = 0,
    search: Annotated[str | None, Query(max_length=255, description="in id or name")] = None,
    status: Annotated[MeetingStatus | None, Query()] = None,
    platform: Annotated[PlatformName | None, Query()] = None,
    include: Annotated[Literal["data"] | None, Query(description="data = all of it")] = None,
) -> MeetingPage:
    """List the user's bots, newest first, page by page."""
    async with parts.database.reading() as session:
        rows = await meetings.list_for_user(
            session,
            user.id,
            limit=limit + 1,
            offset=offset,
            only=Filter(status, platform, search),
        )
    shown = [meetings.to_response(row) for row in rows[:limit]]
    if include is None:
        shown = [meeting.model_copy(update={"data": _short(meeting.data)}) for meeting in shown]
    return MeetingPage(meetings=shown, has_more=len(rows) > limit)


@router.get("/bots/id/{meeting_id}")
async def read_bot(
    user: UserDep, parts: PartsDep, meeting_id: Annotated[int, Path(ge=0, le=MAX_INTEGER)]
) -> MeetingResponse:
    """Show one bot by its meeting's id."""
    async with parts.database.reading() as session:
        return meetings.to_response(await meetings.own(session, user.id, meeting_id))


def _short(data: dict[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in SHORT_DATA if key in data}
