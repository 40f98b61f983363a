"""The public routes: which service owns each, and what its bodies are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from vexa.api_gateway.forward import Forwarder
from vexa.api_gateway.openapi import BODIES, describe_route
from vexa.api_gateway.settings import GatewaySettings
from vexa.contracts.http.bots import BotStatusList, MeetingCreate, StopAnswer
from vexa.contracts.http.meetings import MeetingList, MeetingResponse
from vexa.contracts.http.transcripts import TranscriptResponse
from vexa.contracts.http.users import TokenResponse, UserCreate, UserResponse, UserWithKey
from vexa.contracts.http.webhooks import (
    Delivery,
    DeliveryList,
    WebhookSecret,
    WebhookSettings,
    WebhookUpdate,
)

ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Route:
    """One forwarded route. `security` names the header that its owner checks."""

    method: str
    path: str
    service: str
    status: int
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    security: str = "ApiKey"
    query: tuple[str, ...] = ()


_MEETING = "/{platform}/{native_meeting_id}"
ROUTES: tuple[Route, ...] = (
    Route(
        *("POST", "/bots", "bot-manager", 201, "Send a bot into a meeting", MeetingResponse),
        body=MeetingCreate,
    ),
    Route("GET", "/bots/status", "bot-manager", 200, "Bots that run now", BotStatusList),
    Route("DELETE", f"/bots{_MEETING}", "bot-manager", 202, "Take the bot out", StopAnswer),
    Route(
        *("GET", "/meetings", "transcription-collector", 200, "Meetings, newest first"),
        MeetingList,
        query=("limit", "offset"),
    ),
    Route(
        *("GET", f"/transcripts{_MEETING}", "transcription-collector", 200, "What was said"),
        TranscriptResponse,
        query=("meeting_id",),
    ),
    Route("GET", "/user/webhook", "admin-api", 200, "Where events go", WebhookSettings),
    Route(
        *("PUT", "/user/webhook", "admin-api", 200, "Say where events go", UserResponse),
        body=WebhookUpdate,
    ),
    Route("POST", "/user/webhook/rotate", "admin-api", 200, "Make a new secret", WebhookSecret),
    Route("POST", "/user/webhook/test", "admin-api", 202, "Send a test event", Delivery),
    Route(
        *("GET", "/user/webhook/deliveries", "admin-api", 200, "Events, and tries to deliver them"),
        DeliveryList,
        query=("limit", "offset"),
    ),
    Route(
        *("POST", "/user/webhook/deliveries/{delivery_id}/replay", "admin-api", 202),
        *("Send an event again", Delivery),
    ),
    Route(
        *("POST", "/users", "admin-api", 201, "Make a user, or find one, with a fresh key"),
        UserWithKey,
        body=UserCreate,
        security="AdminToken",
    ),
    Route(
        *("POST", "/admin/users", "admin-api", 201, "Make a user, or find one", UserResponse),
        body=UserCreate,
        security="AdminToken",
    ),
    Route(
        *("POST", "/admin/users/{user_id}/tokens", "admin-api", 201, "Mint a key of a user"),
        TokenResponse,
        security="AdminToken",
    ),
)


def make_router(settings: GatewaySettings, forwarder: Forwarder) -> APIRouter:
    """Return the forwarded routes.

    Args:
        settings: where the services are.
        forwarder: sends requests on.
    """
    urls = {
        "admin-api": settings.admin_api_url,
        "bot-manager": settings.bot_manager_url,
        "transcription-collector": settings.transcription_collector_url,
    }
    router = APIRouter()

    def to(service: str) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            return await forwarder.forward(request, service, urls[service])

        return endpoint

    for route in ROUTES:
        if route.body is not None:
            BODIES.add(route.body)
        router.add_api_route(
            route.path,
            to(route.service),
            methods=[route.method],
            status_code=route.status,
            summary=route.summary,
            name=f"{route.method.lower()}{route.path}",
            responses={route.status: {"model": route.answer}},
            response_model=None,
            openapi_extra=describe_route(route.path, route.query, route.security, route.body),
        )
    for path in ("/admin/{path:path}", "/users/{path:path}"):
        router.add_api_route(path, to("admin-api"), methods=ANY_METHOD, include_in_schema=False)
    return router
