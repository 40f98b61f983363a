"""The `meeting.status` frame of the live feed (wire.md §2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vexa.contracts.times import iso_utc
from vexa.storage.tables import MeetingRow

#: Keys of `meeting.data` that a frame repeats, so that a reader needs no second request.
_TOLD_KEYS = ("completion_reason", "failure_stage", "outcome", "outcome_message", "needs_help")


def status_frame(row: MeetingRow, at: datetime) -> dict[str, Any]:
    """Make the frame that tells readers the meeting's present status."""
    told = {key: row.data[key] for key in _TOLD_KEYS if key in row.data}
    return {
        "type": "meeting.status",
        "meeting": {"id": row.id, "platform": row.platform, "native_id": row.platform_specific_id},
        "payload": {"status": str(row.status), **told},
        "user_id": row.user_id,
        "ts": iso_utc(at),
    }
