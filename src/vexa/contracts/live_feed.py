"""Messages of the public `/ws` feed, and its close codes.

Client to server: `subscribe`, `unsubscribe`, `ping`. Server to client: acknowledgements, errors,
`transcript.mutable` (first dialect), `transcript` (second dialect), `meeting.status`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel

#: Missing API key (wire value), and a reader that does not keep up (ours, private range).
CLOSE_MISSING_KEY = 4401
CLOSE_SLOW_READER = 4408


class FeedError(StrEnum):
    """Values of `error` in an error frame."""

    MISSING_API_KEY = "missing_api_key"
    INVALID_JSON = "invalid_json"
    UNKNOWN_ACTION = "unknown_action"
    INVALID_SUBSCRIBE = "invalid_subscribe_payload"
    INVALID_UNSUBSCRIBE = "invalid_unsubscribe_payload"
    AUTHORIZATION_SERVICE = "authorization_service_error"
    AUTHORIZATION_FAILED = "authorization_call_failed"


class Dialect(StrEnum):
    """Which transcript frames a client takes (`?dialect=`); both when it does not say."""

    MUTABLE = "transcript.mutable"
    BUNDLE = "transcript"


class FeedFrame(BaseModel):
    """What is published for a meeting: `type` is a Dialect value or `meeting.status`."""

    type: Literal["transcript.mutable", "transcript", "meeting.status"]
    meeting: dict[str, Any]
    payload: dict[str, Any] | None = None
    speaker: str | None = None
    confirmed: list[dict[str, Any]] | None = None
    pending: list[dict[str, Any]] | None = None
    ts: str
