"""Stream entries as a speech server writes them, and a meeting for them to belong to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from vexa.bus.connection import Bus
from vexa.contracts.meeting import MeetingKey, PlatformName
from vexa.contracts.stream_names import TRANSCRIPTION_SEGMENTS
from vexa.contracts.whisper_protocol import (
    SessionEnd,
    SessionSpeaker,
    SessionStart,
    StreamEntry,
    Transcription,
    WireSegment,
)
from vexa.storage import meetings, users
from vexa.storage.database import Database

START = "2026-11-25T10:00:00.000Z"


@dataclass(frozen=True, slots=True)
class KnownMeeting:
    """A stored meeting and a key of its owner."""

    id: int
    api_key: str
    native_id: str


async def make_meeting(database: Database, native_id: str = "abc-defg-hij") -> KnownMeeting:
    """Store a user with a key, and an open meeting of theirs."""
    async with database.transaction() as session:
        new = users.NewUser(f"{uuid.uuid4().hex}@example.com", 10)
        user, _ = await users.create_or_get(session, new)
        await session.flush()
        token = await users.mint_token(session, user.id)
        meeting = await meetings.create(
            session,
            meetings.NewMeeting(
                user.id,
                MeetingKey(PlatformName.GOOGLE_MEET, native_id),
                f"https://meet.google.com/{native_id}",
                uuid.uuid4().hex,
                "test-host",
            ),
            host_limit=1000,
        )
        return KnownMeeting(meeting.id, token.api_key, native_id)


def started(meeting_id: int, uid: str, speaker: str | None = None) -> SessionStart:
    """A session has begun."""
    return SessionStart(uid=uid, meeting_id=meeting_id, start_timestamp=START, speaker=speaker)


def spoken(
    meeting_id: int,
    uid: str,
    seq: int,
    text: str,
    *,
    completed: bool = True,
    speaker: str | None = None,
    revision: int = 0,
) -> Transcription:
    """One segment, two seconds for each number."""
    segment = WireSegment(
        start=f"{seq * 2:.3f}",
        end=f"{seq * 2 + 1.5:.3f}",
        text=text,
        completed=completed,
        language="en",
        segment_id=f"{uid}:{seq}",
        seq=seq,
        revision=revision,
    )
    return Transcription(
        uid=uid,
        meeting_id=meeting_id,
        start_timestamp=START,
        speaker=speaker,
        segments=[segment],
    )


def named(meeting_id: int, uid: str, speaker: str) -> SessionSpeaker:
    """A session's participant has become known."""
    return SessionSpeaker(uid=uid, meeting_id=meeting_id, speaker=speaker)


def ended(meeting_id: int, uid: str) -> SessionEnd:
    """A session has ended."""
    return SessionEnd(uid=uid, meeting_id=meeting_id, end_timestamp="2026-11-25T10:10:00.000Z")


async def write(bus: Bus, *messages: StreamEntry) -> list[str]:
    """Append entries to the stream, in order; return their ids."""
    pipeline = bus.redis.pipeline(transaction=False)
    for message in messages:
        pipeline.xadd(TRANSCRIPTION_SEGMENTS, {"payload": message.model_dump_json()})
    return [str(entry_id) for entry_id in await pipeline.execute()]
