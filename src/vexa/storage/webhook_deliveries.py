"""Events for endpoints: the outbox of webhooks, their schedule and their log in one table.

A delivery is written in the transaction that causes it, and keeps its id and its bytes for ever.
`storage.webhook_sending` is the way of a delivery to its endpoint.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.errors import Conflict, NotFound
from vexa.contracts.http.webhooks import Delivery, DeliveryTry
from vexa.contracts.meeting import MeetingStatus
from vexa.contracts.times import iso_utc
from vexa.contracts.webhooks import DELIVERY_OUTCOMES, DeliveryStatus, EventType, wants
from vexa.storage import webhook_endpoints
from vexa.storage.tables import MeetingRow, WebhookDeliveryRow, WebhookEndpointRow, WebhookTryRow
from vexa.storage.webhook_bodies import event_id, event_types, meeting_event, test_event


async def add_for_move(session: AsyncSession, row: MeetingRow, at: datetime) -> None:
    """Write the events of a meeting's latest move, if its user wants any. Same transaction."""
    endpoint = await webhook_endpoints.of_user(session, row.user_id)
    if endpoint is None or endpoint.url is None:
        return
    for event in event_types(MeetingStatus(row.status)):
        if wants(endpoint.events, event):
            body = meeting_event(row, event, at, named=endpoint.events is not None)
            _add(session, endpoint, event, event_id(row, event), body, at, row.id)
            await session.flush()


async def add_test(
    session: AsyncSession, endpoint: WebhookEndpointRow, at: datetime
) -> WebhookDeliveryRow:
    """Write a test event, which goes the way of all others.

    Raises:
        Conflict: the endpoint is off or disabled.
    """
    if endpoint.url is None or endpoint.disabled_reason is not None:
        raise Conflict("There is no working webhook: set webhook_url with PUT /user/webhook.")
    identifier = f"evt_{uuid.uuid4().hex}"
    body = test_event(identifier, at)
    row = _add(session, endpoint, EventType.TEST, identifier, body, at, None)
    await session.flush()
    return row


def _add(
    session: AsyncSession,
    endpoint: WebhookEndpointRow,
    event: EventType,
    identifier: str,
    body: bytes,
    at: datetime,
    meeting_id: int | None,
) -> WebhookDeliveryRow:
    is_open = endpoint.disabled_reason is None
    row = WebhookDeliveryRow(
        endpoint_id=endpoint.id,
        meeting_id=meeting_id,
        event_id=identifier,
        event_type=event,
        body=body,
        status=DeliveryStatus.PENDING if is_open else DeliveryStatus.SKIPPED,
        next_try_at=at if is_open else None,
        finished_at=None if is_open else at,
        created_at=at,
        tries=0,
    )
    session.add(row)
    return row


async def list_for_endpoint(
    session: AsyncSession, endpoint_id: int, *, limit: int, offset: int = 0
) -> Sequence[WebhookDeliveryRow]:
    """Return the log of an endpoint, newest first."""
    query = (
        select(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.endpoint_id == endpoint_id)
        .order_by(WebhookDeliveryRow.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def tries_of(
    session: AsyncSession, delivery_ids: Sequence[int]
) -> dict[int, list[WebhookTryRow]]:
    """Return every try of these deliveries, oldest first."""
    query = (
        select(WebhookTryRow)
        .where(WebhookTryRow.delivery_id.in_(delivery_ids))
        .order_by(WebhookTryRow.id)
    )
    found: dict[int, list[WebhookTryRow]] = {}
    for row in await session.scalars(query):
        found.setdefault(row.delivery_id, []).append(row)
    return found


async def replay(
    session: AsyncSession, endpoint: WebhookEndpointRow, delivery_id: int, *, now: datetime
) -> WebhookDeliveryRow:
    """Send a delivery again from the first try on: the same id, the same bytes.

    Raises:
        NotFound: the endpoint has no such delivery.
        Conflict: it is still on its way, or the endpoint is off or disabled.
    """
    row = await session.get(WebhookDeliveryRow, delivery_id, with_for_update=True)
    if row is None or row.endpoint_id != endpoint.id:
        raise NotFound("Delivery not found.")
    if row.status == DeliveryStatus.PENDING:
        raise Conflict("This delivery is still on its way.")
    if endpoint.url is None or endpoint.disabled_reason is not None:
        raise Conflict("There is no working webhook: set webhook_url with PUT /user/webhook.")
    row.status, row.tries, row.next_try_at = DeliveryStatus.PENDING, 0, now
    row.finished_at = None
    return row


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Delete deliveries that ended before a time, with their tries."""
    await session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.finished_at < moment))


def to_response(
    row: WebhookDeliveryRow, tries: Sequence[WebhookTryRow], endpoint: WebhookEndpointRow
) -> Delivery:
    """Make the HTTP body of a delivery and all its tries."""
    codes = [entry.status_code for entry in tries if entry.finished_at is not None]
    state = DeliveryStatus(row.status)
    return Delivery(
        id=row.id,
        event_id=row.event_id,
        event_type=row.event_type,
        meeting_id=row.meeting_id,
        target_host=urlsplit(endpoint.url).hostname if endpoint.url else None,
        status=state,
        outcome=DELIVERY_OUTCOMES[state],
        status_code=codes[-1] if codes else None,
        attempt=row.tries,
        next_try_at=_iso(row.next_try_at),
        created_at=iso_utc(row.created_at),
        finished_at=_iso(row.finished_at),
        tries=[
            DeliveryTry(
                number=entry.number,
                started_at=iso_utc(entry.started_at),
                finished_at=_iso(entry.finished_at),
                status_code=entry.status_code,
                error=entry.error,
            )
            for entry in tries
        ],
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso_utc(moment)
