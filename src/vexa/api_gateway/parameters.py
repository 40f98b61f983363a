"""What the parameters of forwarded routes may be, for the documentation. Owners check them."""

from __future__ import annotations

from typing import Any

from vexa.contracts.http.users import MAX_EXPIRES_IN_S, MAX_INTEGER
from vexa.contracts.meeting import MeetingStatus, PlatformName

Schema = dict[str, Any]

_ID: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}
_BOOLEAN: Schema = {"type": "boolean"}
_TEXT: Schema = {"type": "string", "maxLength": 255}
_PLATFORM: Schema = {"type": "string", "enum": [str(name) for name in PlatformName]}

#: Parts of paths.
PATH: dict[str, Schema] = {
    "platform": _PLATFORM,
    "native_meeting_id": {"type": "string", "minLength": 1, "maxLength": 255},
    "meeting_id": _ID,
    "user_id": _ID,
    "token_id": _ID,
    "delivery_id": _ID,
    "share_id": {"type": "string", "minLength": 1, "maxLength": 100},
    "email": {"type": "string", "minLength": 1, "maxLength": 255},
}

#: Parameters after the question mark; what follows `_` in `limit_…` is the largest value.
QUERY: dict[str, Schema] = {
    "limit_100": {"type": "integer", "minimum": 1, "maximum": 100},
    "limit_1000": {"type": "integer", "minimum": 1, "maximum": 1000},
    "offset": _ID,
    "skip": _ID,
    "search": _TEXT,
    "status": {"type": "string", "enum": [str(status) for status in MeetingStatus]},
    "platform": _PLATFORM,
    "include": {"type": "string", "enum": ["data"]},
    "meeting_id": _ID,
    "ttl_seconds": {"type": "integer", "minimum": 60},
    "scope": {"type": "string", "maxLength": 100, "description": "one scope, or several, commas"},
    "scopes": {"type": "string", "maxLength": 100, "description": "the same as scope"},
    "name": _TEXT,
    "expires_in": {"type": "integer", "minimum": 1, "maximum": MAX_EXPIRES_IN_S},
    "include_transcriptions": _BOOLEAN,
    "include_sessions": _BOOLEAN,
    "include_meetings": _BOOLEAN,
    "include_tokens": _BOOLEAN,
}


def query_name(name: str) -> str:
    """Return the name on the wire of an entry of `QUERY`."""
    return "limit" if name.startswith("limit_") else name
