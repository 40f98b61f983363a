"""Every Redis stream, channel and key of the project, in one place."""

from __future__ import annotations

#: whisperlive → collector: session starts, drafts, finals, session ends. Field `payload`: JSON.
TRANSCRIPTION_SEGMENTS = "transcription_segments"
#: Entries that a collector could not handle, with the reason.
TRANSCRIPTION_DEAD_LETTERS = "transcription_segments:dead"
#: Consumer group of the collector.
COLLECTOR_GROUP = "collector_group"


def meeting_feed(meeting_id: int) -> str:
    """Pub/sub channel of transcript frames of one meeting."""
    return f"tc:meeting:{meeting_id}:mutable"


def meeting_status(meeting_id: int) -> str:
    """Pub/sub channel of `meeting.status` frames of one meeting."""
    return f"bm:meeting:{meeting_id}:status"


def live_tail(meeting_id: int) -> str:
    """Hash of segments of one meeting that are not yet stored: segment_id → JSON."""
    return f"meeting:{meeting_id}:segments"


def last_finals(meeting_id: int) -> str:
    """Sorted set of one meeting: session uid → number of its last final that was stored."""
    return f"meeting:{meeting_id}:last_finals"


def transcript_version(meeting_id: int) -> str:
    """Sorted set of one member: how often what is stored of a meeting's speech has changed."""
    return f"meeting:{meeting_id}:version"


def speech_session(uid: str) -> str:
    """Hash of one speech session: `next_seq`, `durable_sample`."""
    return f"whisperlive:session:{uid}"


#: Pub/sub channel: the id of a meeting that was erased, so that its bot's files go too.
MEETING_ERASED = "bm:meetings:erased"


def transcript_share(digest: str) -> str:
    """Id of the meeting whose transcript a share link shows, by the SHA-256 of the link's id."""
    return f"share:transcript:{digest}"


def rate_window(key: str, index: int) -> str:
    """Counter of requests of one caller in one window of time; window 0 is any."""
    return f"rate:{key}:{index}"
