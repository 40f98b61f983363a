"""Routes of other generations that this version does not have: an honest 501, not a 404."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter

from vexa.contracts.errors import NotBuiltHere

_MEETING = "/{platform}/{native_meeting_id}"

#: Path → methods → feature. From wire.md §1.2 and §1.6.
LATER: tuple[tuple[str, str, str], ...] = (
    (f"/bots{_MEETING}/config", "PUT", "Changing a running bot"),
    (f"/bots{_MEETING}/speak", "POST DELETE", "Speaking in a meeting"),
    (f"/bots{_MEETING}/chat", "GET POST", "The meeting's chat"),
    (f"/bots{_MEETING}/screen", "POST DELETE", "Sharing a screen"),
    (f"/bots{_MEETING}/avatar", "PUT DELETE", "The bot's picture"),
    ("/bots", "GET", "Listing bots by page (GET /meetings lists all)"),
    ("/bots/id/{meeting_id}", "GET", "Reading a bot by its meeting's id"),
    ("/meetings", "POST", "Planned meetings"),
    (f"/meetings{_MEETING}", "PATCH DELETE", "Changing or deleting a meeting"),
    ("/meetings/{meeting_id}", "GET PATCH DELETE", "Meetings by id"),
    ("/meetings/{meeting_id}/transcribe", "POST", "Transcribing a recording later"),
    (f"/meetings{_MEETING}/share", "POST", "Sharing a transcript"),
    (f"/transcripts{_MEETING}/share", "POST", "Sharing a transcript"),
    ("/transcripts/by-id/{meeting_id}", "GET", "Transcripts by meeting id"),
    ("/public/transcripts/{share_id}", "GET", "Shared transcripts"),
    ("/user/workspace-git", "GET PUT POST DELETE", "Agents"),
    ("/recordings", "GET", "Recordings"),
    ("/recordings/{rest:path}", "GET DELETE", "Recordings"),
    ("/recording-config", "GET PUT", "Recordings"),
    ("/calendar/{rest:path}", "GET POST PUT DELETE", "Calendars"),
    ("/auth/me", "GET", "Reading what a key may do"),
    ("/api/chat", "GET POST", "Agents"),
    ("/api/chat/{rest:path}", "GET POST DELETE", "Agents"),
    ("/b/{rest:path}", "GET POST", "Agents"),
)


def make_later_router() -> APIRouter:
    """Return routes that answer 501; they are not in the documentation."""
    router = APIRouter()
    for path, methods, feature in LATER:
        router.add_api_route(
            path, _refuse(feature), methods=methods.split(), include_in_schema=False
        )
    return router


def _refuse(feature: str) -> Callable[[], Awaitable[None]]:
    async def refuse() -> None:
        raise NotBuiltHere(f"{feature}: this server does not have this feature yet.")

    return refuse
