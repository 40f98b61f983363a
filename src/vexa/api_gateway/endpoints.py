"""Makes the forwarded routes of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from vexa.api_gateway.forward import Forwarder
from vexa.api_gateway.openapi import describe_route
from vexa.api_gateway.routes import ADMIN, BOTS, ROUTES, SPEECH, Route
from vexa.api_gateway.settings import GatewaySettings

ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def make_router(settings: GatewaySettings, forwarder: Forwarder) -> APIRouter:
    """Return the forwarded routes.

    Args:
        settings: where the services are.
        forwarder: sends requests on.
    """
    urls = {
        ADMIN: settings.admin_api_url,
        BOTS: settings.bot_manager_url,
        SPEECH: settings.transcription_collector_url,
    }
    router = APIRouter()

    def to(service: str) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            return await forwarder.forward(request, service, urls[service])

        return endpoint

    for route in ROUTES:
        router.add_api_route(
            route.path,
            to(route.service),
            methods=[route.method],
            status_code=route.status,
            summary=route.summary,
            tags=[_tag(route)],
            name=f"{route.method.lower()}{route.path}",
            response_model=None,
            openapi_extra=describe_route(route),
        )
    for path in ("/admin/{path:path}", "/users/{path:path}"):
        router.add_api_route(path, to(ADMIN), methods=ANY_METHOD, include_in_schema=False)
    return router


def _tag(route: Route) -> str:
    return route.path.split("/")[1]
