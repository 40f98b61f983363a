"""Where a user wants events: the URL, which events, and the secrets that sign them."""

from __future__ import annotations

import secrets as random_secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.webhooks import DeliveryStatus
from vexa.storage.locks import lock_name
from vexa.storage.tables import (
    UserRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookSecretRow,
)

#: How long a replaced secret still signs, so that a receiver can change over.
SECRET_OVERLAP = timedelta(hours=24)
#: Standard Webhooks: 24 to 64 random bytes, base64, behind this prefix.
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32


async def of_user(session: AsyncSession, user_id: int) -> WebhookEndpointRow | None:
    """Return the user's endpoint, also when it is off or disabled."""
    query = select(WebhookEndpointRow).where(WebhookEndpointRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()


async def make(session: AsyncSession, user_id: int) -> WebhookEndpointRow:
    """Return the user's endpoint, made without a URL if there was none; one caller at a time."""
    await lock_name(session, f"webhook:{user_id}")
    row = await of_user(session, user_id)
    if row is None:
        row = WebhookEndpointRow(user_id=user_id, url=None, events=None)
        session.add(row)
        await session.flush()
    return row


async def set_url(
    session: AsyncSession, row: WebhookEndpointRow, url: str | None, *, now: datetime
) -> None:
    """Send events to `url` from now on, or with None no longer.

    A disabled endpoint is enabled again. What still waited for a working endpoint is due at once;
    what waited for one that is off or disabled is skipped.
    """
    was_working = row.url is not None and row.disabled_reason is None
    row.url = url
    row.disabled_reason = None
    row.updated_at = now
    if not was_working or url is None:
        await _skip_waiting(session, row.id, now)
        return
    waiting = _waiting(row.id).where(WebhookDeliveryRow.next_try_at.is_not(None))
    await session.execute(waiting.values(next_try_at=now))


async def disable(
    session: AsyncSession, row: WebhookEndpointRow, reason: str, *, now: datetime
) -> None:
    """Send nothing to this endpoint until the user sets its URL again; skip what waited."""
    row.disabled_reason = reason
    row.updated_at = now
    await _skip_waiting(session, row.id, now)


async def set_secret(
    session: AsyncSession, endpoint_id: int, secret: str | None, *, now: datetime
) -> None:
    """Sign with `secret`; the one before it also signs for `SECRET_OVERLAP`. None removes all."""
    mine = WebhookSecretRow.endpoint_id == endpoint_id
    if secret is None:
        await session.execute(delete(WebhookSecretRow).where(mine))
        return
    present = (await session.scalars(select(WebhookSecretRow).where(mine))).all()
    for row in present:
        if row.secret == secret and row.expires_at is None:
            return
        if row.secret == secret or (row.expires_at is not None and row.expires_at <= now):
            await session.delete(row)
        elif row.expires_at is None:
            row.expires_at = now + SECRET_OVERLAP
    session.add(WebhookSecretRow(endpoint_id=endpoint_id, secret=secret, created_at=now))


async def rotate(session: AsyncSession, endpoint_id: int, *, now: datetime) -> str:
    """Give the endpoint a fresh secret, and return it: it is shown this once."""
    secret = SECRET_PREFIX + b64encode(random_secrets.token_bytes(SECRET_BYTES)).decode()
    await set_secret(session, endpoint_id, secret, now=now)
    return secret


async def live_secrets(
    session: AsyncSession, endpoint_ids: Sequence[int], *, now: datetime
) -> dict[int, list[str]]:
    """Return what deliveries are signed with, the present secret first, by endpoint."""
    query = (
        select(WebhookSecretRow)
        .where(
            WebhookSecretRow.endpoint_id.in_(endpoint_ids),
            or_(WebhookSecretRow.expires_at.is_(None), WebhookSecretRow.expires_at > now),
        )
        .order_by(WebhookSecretRow.id.desc())
    )
    found: dict[int, list[str]] = {}
    for row in await session.scalars(query):
        found.setdefault(row.endpoint_id, []).append(row.secret)
    return found


async def show_in_user(session: AsyncSession, row: WebhookEndpointRow) -> UserRow:
    """Copy URL and events into the user's `data`, where generations 0.6 to 0.10 read them."""
    user = await session.get_one(UserRow, row.user_id, with_for_update=True, populate_existing=True)
    shown = {"webhook_url": row.url, "webhook_events": row.events}
    others = {key: value for key, value in user.data.items() if key not in shown}
    user.data = others | {key: value for key, value in shown.items() if value is not None}
    await session.flush()
    return user


def _waiting(endpoint_id: int) -> Update:
    return update(WebhookDeliveryRow).where(
        WebhookDeliveryRow.endpoint_id == endpoint_id,
        WebhookDeliveryRow.status == DeliveryStatus.PENDING,
    )


async def _skip_waiting(session: AsyncSession, endpoint_id: int, now: datetime) -> None:
    await session.execute(
        _waiting(endpoint_id).values(
            status=DeliveryStatus.SKIPPED, next_try_at=None, finished_at=now
        )
    )
