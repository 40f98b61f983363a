"""Routes of a user's own webhook: where events go, what became of each, and sending one again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request, status
from fastapi.security import APIKeyHeader

from vexa.admin_api.auth import DatabaseDep
from vexa.admin_api.parameters import Id, Skip
from vexa.admin_api.settings import AdminApiSettings
from vexa.contracts.api_keys import InvalidKey, Scope
from vexa.contracts.errors import InvalidInput, NotAuthenticated, NotFound, UnsafeUrl
from vexa.contracts.http.users import UserResponse
from vexa.contracts.http.webhooks import (
    MASK,
    Delivery,
    DeliveryList,
    WebhookSecret,
    WebhookSettings,
    WebhookUpdate,
)
from vexa.kit.public_addresses import AllowList
from vexa.kit.safe_http import SafeHttp
from vexa.storage import users, webhook_deliveries, webhook_endpoints
from vexa.storage.callers import Callers
from vexa.storage.tables import utc_now

#: wire.md §6.
_CLOSED = "Webhook URL cannot target internal or private networks"
_KEY_HEADER = APIKeyHeader(name="X-API-Key", scheme_name="ApiKey", auto_error=False)


async def webhook_user(
    database: DatabaseDep, x_api_key: Annotated[str | None, Depends(_KEY_HEADER)] = None
) -> int:
    """Return the id of the user whose API key this is.

    Raises:
        NotAuthenticated, InvalidKey: no key, or one that is unknown, revoked or expired.
        InsufficientScope: the key is for transcripts only.
    """
    if not x_api_key:
        raise NotAuthenticated("Missing API Key")
    try:
        return (await Callers(database).identify(x_api_key, (Scope.BOT,))).user_id
    except InvalidKey as exc:
        raise InvalidKey("Invalid API Key") from exc


UserDep = Annotated[int, Depends(webhook_user)]


def make_router(settings: AdminApiSettings) -> APIRouter:
    """Return the routes, which check URLs by what the operator has opened."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        http = SafeHttp(AllowList.parse(settings.url_allowed_hosts))
        app.state.webhook_http = http
        try:
            yield
        finally:
            await http.aclose()

    made = APIRouter(lifespan=lifespan)
    made.include_router(_router)
    return made


_router = APIRouter(prefix="/user/webhook", tags=["webhooks"])


@_router.put("")
async def set_webhook(
    body: WebhookUpdate, user_id: UserDep, database: DatabaseDep, request: Request
) -> UserResponse:
    """Say where events go, which, and with which secret; answers with the user."""
    given = body.model_fields_set
    url = (body.webhook_url or "").strip() or None
    secret = _checked_secret(body.webhook_secret)
    if url is not None:
        await _check_url(request.app.state.webhook_http, url)
    now = utc_now()
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.make(session, user_id)
        if "webhook_url" not in given and endpoint.url is None:
            raise InvalidInput("webhook_url: required, an http(s) URL", field="webhook_url")
        if "webhook_url" in given:
            await webhook_endpoints.set_url(session, endpoint, url, now=now)
        if "webhook_events" in given:
            endpoint.events = body.webhook_events
        if "webhook_secret" in given:
            await webhook_endpoints.set_secret(session, endpoint.id, secret, now=now)
        user = await webhook_endpoints.show_in_user(session, endpoint)
    return users.to_response(user)


def _checked_secret(secret: str | None) -> str | None:
    text = (secret or "").strip()
    if not (text.isascii() and text.isprintable()):
        raise InvalidInput(
            "webhook_secret: printable ASCII, because it goes into a header", field="webhook_secret"
        )
    return text or None


async def _check_url(http: SafeHttp, url: str) -> None:
    if not url.lower().startswith(("https://", "http://")):
        raise InvalidInput("webhook_url: must begin with https:// or http://", field="webhook_url")
    try:
        await http.check(url)
    except UnsafeUrl as exc:
        raise UnsafeUrl(_CLOSED, reason=exc.detail, field="webhook_url") from exc


@_router.get("")
async def show_webhook(user_id: UserDep, database: DatabaseDep) -> WebhookSettings:
    """Show the settings; a secret is only said to be there."""
    async with database.reading() as session:
        row = await webhook_endpoints.of_user(session, user_id)
        ids = [] if row is None else [row.id]
        secrets = await webhook_endpoints.live_secrets(session, ids, now=utc_now())
    return WebhookSettings(
        webhook_url=row.url if row else None,
        webhook_secret=MASK if secrets else None,
        webhook_events=row.events if row else None,
        disabled_reason=row.disabled_reason if row else None,
    )


@_router.post("/rotate")
async def rotate_secret(user_id: UserDep, database: DatabaseDep) -> WebhookSecret:
    """Make a new secret, shown this once. The one before it also signs for 24 h more."""
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.make(session, user_id)
        secret = await webhook_endpoints.rotate(session, endpoint.id, now=utc_now())
    return WebhookSecret(webhook_secret=secret)


@_router.post("/test", status_code=status.HTTP_202_ACCEPTED)
async def send_test(user_id: UserDep, database: DatabaseDep) -> Delivery:
    """Send an event `webhook.test` the way that all events go."""
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.make(session, user_id)
        row = await webhook_deliveries.add_test(session, endpoint, utc_now())
    return webhook_deliveries.to_response(row, [], endpoint)


@_router.get("/deliveries")
async def list_deliveries(
    user_id: UserDep,
    database: DatabaseDep,
    limit: Annotated[int, Query(ge=1, le=200, description="at most so many")] = 50,
    offset: Skip = 0,
) -> DeliveryList:
    """List events and every try to deliver them, newest first; kept for 30 days."""
    async with database.reading() as session:
        endpoint = await webhook_endpoints.of_user(session, user_id)
        if endpoint is None:
            return DeliveryList(deliveries=[])
        rows = await webhook_deliveries.list_for_endpoint(
            session, endpoint.id, limit=limit, offset=offset
        )
        tries = await webhook_deliveries.tries_of(session, [row.id for row in rows])
    return DeliveryList(
        deliveries=[
            webhook_deliveries.to_response(row, tries.get(row.id, []), endpoint) for row in rows
        ]
    )


@_router.post("/deliveries/{delivery_id}/replay", status_code=status.HTTP_202_ACCEPTED)
async def replay_delivery(delivery_id: Id, user_id: UserDep, database: DatabaseDep) -> Delivery:
    """Send an event again, under the same id and byte for byte, from the first try on."""
    async with database.transaction() as session:
        endpoint = await webhook_endpoints.of_user(session, user_id)
        if endpoint is None:
            raise NotFound("Delivery not found.")
        row = await webhook_deliveries.replay(session, endpoint, delivery_id, now=utc_now())
        tries = await webhook_deliveries.tries_of(session, [row.id])
    return webhook_deliveries.to_response(row, tries.get(row.id, []), endpoint)
