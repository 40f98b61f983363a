"""The bytes of webhook events: one body that the receivers of every generation can read.

The envelope of 0.10 (`event_id, event_type, api_version, created_at, data`) also has `meeting` and
`status_change` at the top, where 0.6 put them. Events about the end carry the meeting's own fields
at the top as well; where those and the envelope use one name (`created_at`, `data`), an endpoint
that never named its events gets the meaning of 0.6.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from vexa.contracts.meeting import TERMINAL, MeetingStatus
from vexa.contracts.times import iso_utc
from vexa.contracts.webhooks import API_VERSION, END_EVENTS, EventType
from vexa.storage.tables import MeetingRow

#: Keys of `meeting.data` that stay here; so does every key that says token or secret.
_PRIVATE_KEYS = frozenset({"passcode", "container_name", "bot_container_id", "webhook_url"})
_PRIVATE_WORDS = ("token", "secret")


def event_types(to: MeetingStatus) -> list[EventType]:
    """Name the events that a move to a status causes, in the order they are sent in."""
    own = {
        MeetingStatus.ACTIVE: EventType.STARTED,
        MeetingStatus.COMPLETED: EventType.COMPLETED,
        MeetingStatus.FAILED: EventType.FAILED,
    }.get(to)
    return [EventType.STATUS_CHANGE] if own is None else [EventType.STATUS_CHANGE, own]


def event_id(row: MeetingRow, event: EventType) -> str:
    """Return the id of a meeting's latest event: the same whenever it is asked for."""
    source = f"{row.connection_id}:{_sequence(row)}:{event}"
    return f"evt_{hashlib.sha256(source.encode()).hexdigest()[:32]}"


def meeting_event(row: MeetingRow, event: EventType, at: datetime, *, named: bool) -> bytes:
    """Write the body of an event about a meeting's latest move.

    Args:
        row: the meeting, after the move.
        event: what is told.
        at: when the move was made.
        named: whether the endpoint has a `webhook_events` map.
    """
    flat, change = _meeting(row), _status_change(row)
    inner = {key: value for key, value in flat.items() if key != "bot_container_id"}
    if row.status in TERMINAL:
        inner |= {key: row.data.get(key) for key in ("completion_reason", "failure_stage")}
    body = {
        **_envelope(event_id(row, event), event, at),
        "sequence": _sequence(row),
        "data": {"meeting": inner, "status_change": change},
        "meeting": flat,
        "status_change": change,
    }
    if event in END_EVENTS:
        body = {**flat, **body} if named else _with_seed_meaning(body, flat)
    return _bytes(body)


def test_event(identifier: str, at: datetime) -> bytes:
    """Write the body of an event that a user asked for to try an endpoint."""
    data = {"message": "This is a test. Real events travel the same way."}
    return _bytes({**_envelope(identifier, EventType.TEST, at), "data": data})


def _with_seed_meaning(body: dict[str, Any], flat: dict[str, Any]) -> dict[str, Any]:
    return {**body, **flat, "data": {**flat["data"], **body["data"]}}


def _envelope(identifier: str, event: EventType, at: datetime) -> dict[str, Any]:
    return {
        "event_id": identifier,
        "event_type": str(event),
        "api_version": API_VERSION,
        "created_at": iso_utc(at),
    }


def _sequence(row: MeetingRow) -> int:
    return len(row.data.get("status_transition", []))


def _meeting(row: MeetingRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "user_id": row.user_id,
        "platform": row.platform,
        "native_meeting_id": row.platform_specific_id,
        "constructed_meeting_url": row.constructed_meeting_url,
        "status": str(row.status),
        "bot_container_id": row.bot_container_id,
        "start_time": iso_utc(row.start_time) if row.start_time else None,
        "end_time": iso_utc(row.end_time) if row.end_time else None,
        "data": {key: value for key, value in row.data.items() if not _is_private(key)},
        "created_at": iso_utc(row.created_at),
        "updated_at": iso_utc(row.updated_at),
    }


def _is_private(key: str) -> bool:
    return key in _PRIVATE_KEYS or any(word in key for word in _PRIVATE_WORDS)


def _status_change(row: MeetingRow) -> dict[str, Any]:
    entry = row.data["status_transition"][-1]
    return {
        "from": entry["from"],
        "to": entry["to"],
        "reason": entry.get("reason"),
        "timestamp": entry["timestamp"],
        "transition_source": entry["source"],
    }


def _bytes(body: dict[str, Any]) -> bytes:
    # half a surrogate pair becomes its JSON escape, so that any stored text can be sent
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
