"""Bodies of `/admin/stats` and `/admin/analytics`."""

from __future__ import annotations

from pydantic import BaseModel

from vexa.contracts.http.meetings import MeetingResponse
from vexa.contracts.http.row_times import RowTime
from vexa.contracts.http.users import TokenInfo, UserResponse


class MeetingWithUser(MeetingResponse):
    """A meeting and its owner."""

    user: UserResponse


class MeetingsWithUsers(BaseModel):
    """GET /admin/stats/meetings-users: newest first."""

    total: int
    items: list[MeetingWithUser]


class UserRecord(BaseModel):
    """A line of GET /admin/analytics/users."""

    id: int
    email: str
    name: str | None
    image_url: str | None
    created_at: RowTime
    max_concurrent_bots: int


class MeetingRecord(BaseModel):
    """A line of GET /admin/analytics/meetings."""

    id: int
    user_id: int
    platform: str
    native_meeting_id: str | None
    status: str
    start_time: RowTime | None
    end_time: RowTime | None
    created_at: RowTime
    updated_at: RowTime


class SessionRecord(BaseModel):
    """A speech session of a meeting."""

    id: int
    meeting_id: int
    session_uid: str
    session_start_time: RowTime


class TranscriptionStats(BaseModel):
    """What was stored of a meeting's speech; `total_duration` in seconds."""

    total_transcriptions: int
    total_duration: float
    unique_speakers: int
    languages_detected: list[str]


class PerformanceMetrics(BaseModel):
    """Seconds that a bot needed; null where it never came so far."""

    join_time: float | None
    admission_time: float | None
    total_duration: float | None
    bot_uptime: float | None


class Telematics(BaseModel):
    """GET /admin/analytics/meetings/{id}/telematics."""

    meeting: MeetingResponse
    sessions: list[SessionRecord]
    transcription_stats: TranscriptionStats | None
    performance_metrics: PerformanceMetrics | None


class MeetingStats(BaseModel):
    """A user's meetings, counted; durations in seconds."""

    total_meetings: int
    completed_meetings: int
    failed_meetings: int
    active_meetings: int
    total_duration: float | None
    average_duration: float | None


class UsagePatterns(BaseModel):
    """When and where a user sends bots; hours are of the day in UTC, busiest first."""

    most_used_platform: str | None
    meetings_per_day: float
    peak_usage_hours: list[int]
    last_activity: RowTime | None


class UserActivity(BaseModel):
    """GET /admin/analytics/users/{id}/details."""

    user: UserResponse
    meeting_stats: MeetingStats
    usage_patterns: UsagePatterns
    api_tokens: list[TokenInfo] | None
    meetings: list[MeetingRecord] | None
