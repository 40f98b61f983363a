"""Routes of other generations that this version does not have: an honest 501, not a 404."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter

from vexa.api_gateway.parameters import PATH
from vexa.contracts.errors import NotBuiltHere
from vexa.contracts.http.errors import ErrorBody

_AT = "/{platform}/{native_meeting_id}"
_RECORDING = "/recordings/{recording_id}"

#: Path, methods, feature. From wire.md §1.2 and §1.6.
LATER: tuple[tuple[str, str, str], ...] = (
    (f"/bots{_AT}/speak", "POST DELETE", "Speaking in a meeting"),
    (f"/bots{_AT}/chat", "GET POST", "The meeting's chat"),
    (f"/bots{_AT}/screen", "POST DELETE", "Sharing a screen"),
    (f"/bots{_AT}/avatar", "PUT DELETE", "The bot's picture"),
    ("/meetings", "POST", "Planned meetings"),
    ("/meetings/{meeting_id}/transcribe", "POST", "Transcribing a recording later"),
    ("/recordings", "GET", "Recordings"),
    (_RECORDING, "GET DELETE", "Recordings"),
    (f"{_RECORDING}/master", "GET", "Recordings"),
    (f"{_RECORDING}/media/{{media_id}}/download", "GET", "Recordings"),
    (f"{_RECORDING}/media/{{media_id}}/raw", "GET", "Recordings"),
    ("/recording-config", "GET PUT", "Recordings"),
    ("/user/calendars", "GET POST", "Calendars"),
    ("/user/models", "GET PUT", "Models of one's own"),
    ("/user/transcription", "GET PUT", "Transcription of one's own"),
    ("/user/workspace-git", "GET PUT POST DELETE", "Agents"),
    ("/api/chat", "GET POST", "Agents"),
)
#: The same for everything below a path.
LATER_BELOW: tuple[tuple[str, str, str], ...] = (
    ("/recordings/{rest:path}", "GET DELETE", "Recordings"),
    ("/user/calendars/{rest:path}", "GET POST PUT DELETE", "Calendars"),
    ("/calendar/{rest:path}", "GET POST PUT DELETE", "Calendars"),
    ("/api/chat/{rest:path}", "GET POST DELETE", "Agents"),
    ("/b/{rest:path}", "GET POST", "Agents"),
)
_DESCRIPTION = "Not in this version. A feature of another generation: answers 501 to everyone."


def make_later_router() -> APIRouter:
    """Return routes that answer 501; the documentation says so of each."""
    router = APIRouter(tags=["not in this version"])
    for path, methods, feature in LATER:
        for method in methods.split():
            router.add_api_route(
                path,
                _refuse(feature),
                methods=[method],
                name=f"{method.lower()}{path}",
                summary=feature,
                description=_DESCRIPTION,
                status_code=501,
                response_model=ErrorBody,
                deprecated=True,
                openapi_extra={"parameters": _parameters(path)},
            )
    for path, methods, feature in LATER_BELOW:
        router.add_api_route(
            path, _refuse(feature), methods=methods.split(), include_in_schema=False
        )
    return router


def _parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PATH.get(name, {"type": "string", "minLength": 1}),
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _refuse(feature: str) -> Callable[[], Awaitable[None]]:
    async def refuse() -> None:
        raise NotBuiltHere(f"{feature}: this server does not have this feature yet.")

    return refuse
