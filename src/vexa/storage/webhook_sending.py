"""The way of a delivery to its endpoint: claimed when due, tried, logged, tried again.

`pending` with a time waits for it; `pending` without one is being sent. Of one meeting only the
oldest pending delivery of an endpoint may go, so events keep their order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from vexa.contracts.webhooks import DeliveryStatus
from vexa.storage import webhook_endpoints
from vexa.storage.tables import WebhookDeliveryRow, WebhookEndpointRow, WebhookTryRow

_Row = TypeVar("_Row", WebhookDeliveryRow, WebhookEndpointRow, WebhookTryRow)

#: What the log says of a try whose sender died.
INTERRUPTED = "interrupted"
#: Why an endpoint is disabled: it said that it will never take events again.
GONE = "The endpoint answered 410 Gone."


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is to be sent now, with all that this takes.

    Attributes:
        secrets: the present one first; empty when the user gave none.
        tries: how many have ended before this one.
    """

    delivery_id: int
    try_id: int
    endpoint_id: int
    event_id: str
    body: bytes
    url: str
    secrets: list[str]
    tries: int


@dataclass(frozen=True, slots=True)
class TryResult:
    """How a try ended.

    Attributes:
        claimed: what was tried.
        ended_at: when.
        status_code: of the answer, if there was one.
        error: why it was no success; None for a success.
        next_try_at: when to try again; None to give up, or for a success.
        is_gone: the endpoint said that it will never take events again.
    """

    claimed: Claimed
    ended_at: datetime
    status_code: int | None = None
    error: str | None = None
    next_try_at: datetime | None = None
    is_gone: bool = False


async def claim(
    session: AsyncSession,
    *,
    now: datetime,
    sending: Collection[int],
    per_endpoint: int,
    limit: int,
) -> list[Claimed]:
    """Take deliveries that are due, and log that they are being sent. One caller at a time.

    Args:
        session: an open transaction.
        now: what is due is due at this time.
        sending: endpoint of each delivery that the caller is sending already.
        per_endpoint: most deliveries that one endpoint gets at a time.
        limit: most deliveries to take; each endpoint's first come before any second.
    """
    busy = {endpoint: list(sending).count(endpoint) for endpoint in set(sending)}
    full = [endpoint for endpoint, count in busy.items() if count >= per_endpoint]
    due = _due(now, full).subquery()
    query = (
        select(WebhookDeliveryRow, WebhookEndpointRow.url)
        .join(due, due.c.id == WebhookDeliveryRow.id)
        .join(WebhookEndpointRow, WebhookEndpointRow.id == WebhookDeliveryRow.endpoint_id)
        .where(due.c.place <= per_endpoint)
        .order_by(due.c.place, WebhookDeliveryRow.next_try_at, WebhookDeliveryRow.id)
        .limit(limit)
    )
    taken: list[tuple[WebhookDeliveryRow, str]] = []
    for row, url in (await session.execute(query)).all():
        if url is not None and busy.get(row.endpoint_id, 0) < per_endpoint:
            busy[row.endpoint_id] = busy.get(row.endpoint_id, 0) + 1
            taken.append((row, url))
    return await _begin_tries(session, taken, now)


def _due(now: datetime, full: Collection[int]) -> Select[tuple[int, int]]:
    row, earlier = WebhookDeliveryRow, aliased(WebhookDeliveryRow)
    waits_for_another = (
        select(earlier.id)
        .where(
            earlier.endpoint_id == row.endpoint_id,
            earlier.meeting_id == row.meeting_id,
            earlier.status == DeliveryStatus.PENDING,
            earlier.id < row.id,
        )
        .exists()
    )
    place = func.row_number().over(partition_by=row.endpoint_id, order_by=(row.next_try_at, row.id))
    return (
        select(row.id, place.label("place"))
        .join(WebhookEndpointRow, WebhookEndpointRow.id == row.endpoint_id)
        .where(
            row.status == DeliveryStatus.PENDING,
            row.next_try_at <= now,
            row.endpoint_id.not_in(full),
            WebhookEndpointRow.url.is_not(None),
            WebhookEndpointRow.disabled_reason.is_(None),
            ~waits_for_another,
        )
    )


async def _begin_tries(
    session: AsyncSession, taken: list[tuple[WebhookDeliveryRow, str]], now: datetime
) -> list[Claimed]:
    if not taken:
        return []
    numbers = await _logged(session, [row.id for row, _ in taken])
    tries = [
        WebhookTryRow(delivery_id=row.id, number=numbers.get(row.id, 0) + 1, started_at=now)
        for row, _ in taken
    ]
    session.add_all(tries)
    await session.flush()
    keys = await webhook_endpoints.live_secrets(
        session, [row.endpoint_id for row, _ in taken], now=now
    )
    claimed = []
    for (row, url), entry in zip(taken, tries, strict=True):
        row.next_try_at = None
        secrets = keys.get(row.endpoint_id, [])
        claimed.append(
            Claimed(
                *(row.id, entry.id, row.endpoint_id, row.event_id, row.body),
                *(url, secrets, row.tries),
            )
        )
    return claimed


async def _logged(session: AsyncSession, delivery_ids: list[int]) -> dict[int, int]:
    query = (
        select(WebhookTryRow.delivery_id, func.max(WebhookTryRow.number))
        .where(WebhookTryRow.delivery_id.in_(delivery_ids))
        .group_by(WebhookTryRow.delivery_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def finish(session: AsyncSession, results: Sequence[TryResult]) -> None:
    """Log how tries ended, and what follows from it. A deleted delivery is passed over."""
    gone = await _endpoints_gone(session, results)
    rows = await _by_id(
        session, WebhookDeliveryRow, [result.claimed.delivery_id for result in results]
    )
    entries = await _by_id(session, WebhookTryRow, [result.claimed.try_id for result in results])
    for result in results:
        row, entry = rows.get(result.claimed.delivery_id), entries.get(result.claimed.try_id)
        if row is not None and entry is not None:
            _finish_one(row, entry, result)
    await session.flush()
    for result in results:
        endpoint = gone.get(result.claimed.endpoint_id) if result.is_gone else None
        # the user may have given another URL meanwhile
        if endpoint is not None and endpoint.url == result.claimed.url:
            await webhook_endpoints.disable(session, endpoint, GONE, now=result.ended_at)


async def _endpoints_gone(
    session: AsyncSession, results: Sequence[TryResult]
) -> dict[int, WebhookEndpointRow]:
    wanted = [result.claimed.endpoint_id for result in results if result.is_gone]
    return await _by_id(session, WebhookEndpointRow, wanted)


async def _by_id(session: AsyncSession, kind: type[_Row], ids: Sequence[int]) -> dict[int, _Row]:
    if not ids:
        return {}
    query = select(kind).where(kind.id.in_(ids)).order_by(kind.id).with_for_update()
    return {row.id: row for row in await session.scalars(query)}


def _finish_one(row: WebhookDeliveryRow, entry: WebhookTryRow, result: TryResult) -> None:
    entry.finished_at = result.ended_at
    entry.status_code, entry.error = result.status_code, result.error
    row.tries += 1
    if result.error is None:
        row.status, row.next_try_at = DeliveryStatus.DELIVERED, None
        row.finished_at = result.ended_at
    elif row.status == DeliveryStatus.PENDING:
        row.next_try_at = result.next_try_at
        if result.next_try_at is None:
            row.status, row.finished_at = DeliveryStatus.FAILED, result.ended_at


async def has_work(session: AsyncSession, *, now: datetime, sending: Collection[int]) -> bool:
    """Tell whether a delivery is due, or was being sent by another sender.

    Args:
        session: an open transaction; it only reads.
        now: what is due is due at this time.
        sending: deliveries that the caller itself is sending.
    """
    row = WebhookDeliveryRow
    due = or_(row.next_try_at <= now, _sent_by_others(sending))
    query = select(row.id).where(row.status == DeliveryStatus.PENDING, due).limit(1)
    return (await session.scalars(query)).first() is not None


async def recover(session: AsyncSession, *, now: datetime, sending: Collection[int]) -> int:
    """Make due again what a sender that died was sending; return how many there were.

    Args:
        session: an open transaction.
        now: when.
        sending: deliveries that the caller itself is sending.
    """
    row, entry = WebhookDeliveryRow, WebhookTryRow
    query = select(row.id).where(row.status == DeliveryStatus.PENDING, _sent_by_others(sending))
    lost = (await session.scalars(query)).all()
    if lost:
        await session.execute(
            update(entry)
            .where(entry.delivery_id.in_(lost), entry.finished_at.is_(None))
            .values(finished_at=now, error=INTERRUPTED)
        )
        await session.execute(update(row).where(row.id.in_(lost)).values(next_try_at=now))
    return len(lost)


def _sent_by_others(sending: Collection[int]) -> ColumnElement[bool]:
    row = WebhookDeliveryRow
    return and_(row.next_try_at.is_(None), row.id.not_in(list(sending)))


async def count_waiting(session: AsyncSession) -> int:
    """Return how many deliveries have not ended."""
    query = select(func.count()).where(WebhookDeliveryRow.status == DeliveryStatus.PENDING)
    return (await session.scalars(query)).one()
