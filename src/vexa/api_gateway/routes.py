"""The public routes: which service owns each, what it takes, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from vexa.contracts.http import analytics as a
from vexa.contracts.http import bots as b
from vexa.contracts.http import meetings as m
from vexa.contracts.http import users as u
from vexa.contracts.http import webhooks as w
from vexa.contracts.http.transcripts import TranscriptResponse

ADMIN, BOTS, SPEECH = "admin-api", "bot-manager", "transcription-collector"

#: What a route answers: a body, a list of bodies, text, or nothing.
Answer = type[BaseModel] | list[type[BaseModel]] | str | None


@dataclass(frozen=True, slots=True)
class Route:
    """One forwarded route.

    Attributes:
        service: which program owns it.
        status: of a success; `also` are others with the same answer.
        query: names of parameters; `parameters.QUERY` says what each may be.
        security: the header that its owner checks; None for whoever has the link.
    """

    method: str
    path: str
    service: str
    status: int
    summary: str
    answer: Answer
    body: type[BaseModel] | None = None
    security: str | None = "ApiKey"
    query: tuple[str, ...] = ()
    needs_body: bool = True
    also: tuple[int, ...] = ()


def _admin(method: str, path: str, status: int, summary: str, answer: Answer, **more: Any) -> Route:
    return Route(method, path, ADMIN, status, summary, answer, security="AdminToken", **more)


_AT = "/{platform}/{native_meeting_id}"
_PAGE = ("skip", "limit_1000")

_BOT_ROUTES = (
    Route(
        "POST", "/bots", BOTS, 201, "Send a bot into a meeting", m.MeetingResponse, b.MeetingCreate
    ),
    Route(
        *("GET", "/bots", BOTS, 200, "Bots by page, newest first", m.MeetingPage),
        query=("limit_100", "offset", "search", "status", "platform", "include"),
    ),
    Route("GET", "/bots/status", BOTS, 200, "Bots that run now", b.BotStatusList),
    Route("GET", "/bots/id/{meeting_id}", BOTS, 200, "One bot", m.MeetingResponse),
    Route(
        *("PUT", f"/bots{_AT}/config", BOTS, 202, "Change language or task of a bot in a meeting"),
        *(b.Message, b.BotConfig),
    ),
    Route(
        *("DELETE", f"/bots{_AT}", BOTS, 202, "Take the bot out", b.StopAnswer),
        also=(200,),
    ),
)

_MEETING_ROUTES = (
    Route(
        *("GET", "/meetings", SPEECH, 200, "Meetings, newest first", m.MeetingList),
        query=("limit_100", "offset", "status", "platform", "search"),
    ),
    Route("GET", "/meetings/{meeting_id}", SPEECH, 200, "One meeting", m.MeetingResponse),
    *(
        Route(
            *("PATCH", path, SPEECH, 200, "Change name, people, languages, notes, retention"),
            *(m.MeetingResponse, m.MeetingPatch),
        )
        for path in ("/meetings/{meeting_id}", f"/meetings{_AT}")
    ),
    *(
        Route("DELETE", path, SPEECH, 200, "Erase what was said and by whom", b.Message)
        for path in ("/meetings/{meeting_id}", f"/meetings{_AT}")
    ),
    Route(
        *("GET", f"/transcripts{_AT}", SPEECH, 200, "What was said", TranscriptResponse),
        query=("meeting_id",),
    ),
    Route(
        *("GET", "/transcripts/by-id/{meeting_id}", SPEECH, 200, "What was said in one meeting"),
        TranscriptResponse,
    ),
    *(
        Route(
            *("POST", f"{path}{_AT}/share", SPEECH, 200, "Make a link to the transcript"),
            m.ShareAnswer,
            query=("meeting_id", "ttl_seconds"),
        )
        for path in ("/transcripts", "/meetings")
    ),
    Route(
        *("GET", "/public/transcripts/{share_id}.txt", SPEECH, 200, "A shared transcript"),
        "text/plain",
        security=None,
    ),
)

_USER_ROUTES = (
    Route("GET", "/auth/me", ADMIN, 200, "Whose a key is, and what it may do", u.WhoAmI),
    Route("GET", "/user/webhook", ADMIN, 200, "Where events go", w.WebhookSettings),
    Route(
        *("PUT", "/user/webhook", ADMIN, 200, "Say where events go", u.UserResponse),
        w.WebhookUpdate,
    ),
    Route("POST", "/user/webhook/rotate", ADMIN, 200, "Make a new secret", w.WebhookSecret),
    Route("POST", "/user/webhook/test", ADMIN, 202, "Send a test event", w.Delivery),
    Route(
        *("GET", "/user/webhook/deliveries", ADMIN, 200, "Events, and tries to deliver them"),
        w.DeliveryList,
        query=("limit_100", "offset"),
    ),
    Route(
        *("POST", "/user/webhook/deliveries/{delivery_id}/replay", ADMIN, 202),
        *("Send an event again", w.Delivery),
    ),
)

_ADMIN_ROUTES = (
    _admin(
        "POST",
        "/users",
        201,
        "Make a user, or find one, with a key",
        u.UserWithKey,
        body=u.UserCreate,
        also=(200,),
    ),
    _admin(
        "POST",
        "/admin/users",
        201,
        "Make a user, or find one",
        u.UserResponse,
        body=u.UserCreate,
        also=(200,),
    ),
    _admin("GET", "/admin/users", 200, "Users by id", [u.UserResponse], query=_PAGE),
    _admin("GET", "/admin/users/email/{email}", 200, "A user by e-mail", u.UserResponse),
    _admin("GET", "/admin/users/{user_id}", 200, "A user and its keys", u.UserDetail),
    _admin(
        "PATCH", "/admin/users/{user_id}", 200, "Change a user", u.UserResponse, body=u.UserPatch
    ),
    _admin(
        *("POST", "/admin/users/{user_id}/tokens", 201, "Mint a key of a user", u.TokenResponse),
        body=u.TokenRequest,
        needs_body=False,
        query=("scope", "scopes", "name", "expires_in"),
    ),
    _admin("GET", "/admin/users/{user_id}/tokens", 200, "Keys of a user", [u.TokenInfo]),
    _admin("DELETE", "/admin/tokens/{token_id}", 204, "Revoke a key", None),
    _admin(
        *("GET", "/admin/stats/meetings-users", 200, "Meetings with their owners"),
        a.MeetingsWithUsers,
        query=_PAGE,
    ),
    _admin(
        "GET", "/admin/analytics/users", 200, "Users, for counting", [a.UserRecord], query=_PAGE
    ),
    _admin(
        *("GET", "/admin/analytics/meetings", 200, "Meetings, for counting"),
        [a.MeetingRecord],
        query=_PAGE,
    ),
    _admin(
        *("GET", "/admin/analytics/meetings/{meeting_id}/telematics", 200),
        *("How a meeting went", a.Telematics),
        query=("include_transcriptions", "include_sessions"),
    ),
    _admin(
        *("GET", "/admin/analytics/users/{user_id}/details", 200, "How a user uses the server"),
        a.UserActivity,
        query=("include_meetings", "include_tokens"),
    ),
)

ROUTES: tuple[Route, ...] = (*_BOT_ROUTES, *_MEETING_ROUTES, *_USER_ROUTES, *_ADMIN_ROUTES)
