"""Routes that tell an operator how the server is used."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from vexa.admin_api.auth import DatabaseDep, admin_only
from vexa.admin_api.parameters import Id, Limit, Skip
from vexa.contracts.errors import NotFound
from vexa.contracts.http.analytics import (
    MeetingRecord,
    MeetingsWithUsers,
    MeetingWithUser,
    Telematics,
    UserActivity,
    UserRecord,
)
from vexa.storage import analytics, meetings, users

router = APIRouter(prefix="/admin", dependencies=[Depends(admin_only)], tags=["analytics"])


@router.get("/stats/meetings-users")
async def meetings_with_users(
    database: DatabaseDep, skip: Skip = 0, limit: Limit = 100
) -> MeetingsWithUsers:
    """List meetings of all users with their owners, newest first."""
    async with database.reading() as session:
        total, pairs = await analytics.meetings_with_users(session, skip=skip, limit=limit)
    items = [
        MeetingWithUser(**meetings.to_response(row).model_dump(), user=users.to_response(user))
        for row, user in pairs
    ]
    return MeetingsWithUsers(total=total, items=items)


@router.get("/analytics/users")
async def user_records(
    database: DatabaseDep, skip: Skip = 0, limit: Limit = 1000
) -> list[UserRecord]:
    """List users by id, without their data."""
    async with database.reading() as session:
        rows = await users.list_page(session, skip=skip, limit=limit)
    return [UserRecord(**users.to_response(row).model_dump(exclude={"data"})) for row in rows]


@router.get("/analytics/meetings")
async def meeting_records(
    database: DatabaseDep, skip: Skip = 0, limit: Limit = 1000
) -> list[MeetingRecord]:
    """List meetings of all users by id, without their data."""
    async with database.reading() as session:
        rows = await analytics.meeting_page(session, skip=skip, limit=limit)
    return [analytics.to_record(row) for row in rows]


@router.get("/analytics/meetings/{meeting_id}/telematics")
async def telematics(
    meeting_id: Id,
    database: DatabaseDep,
    include_transcriptions: Annotated[bool, Query()] = False,
    include_sessions: Annotated[bool, Query()] = True,
) -> Telematics:
    """Show how long each step of a meeting took, its sessions, and its speech counted."""
    async with database.reading() as session:
        row = await meetings.by_id(session, meeting_id)
        if row is None:
            raise NotFound("Meeting not found")
        sessions = await analytics.sessions_of(session, row.id) if include_sessions else []
        stats = None
        if include_transcriptions:
            stats = await analytics.transcription_stats(session, row.id)
    return Telematics(
        meeting=meetings.to_response(row),
        sessions=sessions,
        transcription_stats=stats,
        performance_metrics=analytics.performance(row),
    )


@router.get("/analytics/users/{user_id}/details")
async def user_activity(
    user_id: Id,
    database: DatabaseDep,
    include_meetings: Annotated[bool, Query()] = True,
    include_tokens: Annotated[bool, Query()] = False,
) -> UserActivity:
    """Show how a user uses the server."""
    async with database.reading() as session:
        user = await users.by_id(session, user_id)
        if user is None:
            raise NotFound("User not found")
        rows = await meetings.list_for_user(session, user_id)
        tokens = await users.live_tokens(session, user_id) if include_tokens else None
    return UserActivity(
        user=users.to_response(user),
        meeting_stats=analytics.meeting_stats(rows),
        usage_patterns=analytics.usage_patterns(rows),
        api_tokens=None if tokens is None else [users.to_token_info(token) for token in tokens],
        meetings=[analytics.to_record(row) for row in rows] if include_meetings else None,
    )
