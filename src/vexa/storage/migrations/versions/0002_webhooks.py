"""Webhooks: where a user wants events, with which secrets, and what became of each event."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PENDING = sa.text("status = 'pending'")


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _belongs_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def upgrade() -> None:
    """Make the tables of webhooks."""
    _create_endpoints()
    _create_deliveries()
    _create_tries()


def _create_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        _id(),
        _number("user_id"),
        sa.Column("url", sa.Text()),
        sa.Column("events", _json()),
        _text("disabled_reason", 255, nullable=True),
        _time("created_at"),
        _time("updated_at"),
        _belongs_to("webhook_endpoints", "user_id", "users"),
        _key("webhook_endpoints"),
        sa.UniqueConstraint("user_id", name="uq_webhook_endpoints_user_id"),
    )
    op.create_table(
        "webhook_secrets",
        _id(),
        _number("endpoint_id"),
        _text("secret", 512),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _belongs_to("webhook_secrets", "endpoint_id", "webhook_endpoints"),
        _key("webhook_secrets"),
    )
    op.create_index("ix_webhook_secrets_endpoint_id", "webhook_secrets", ["endpoint_id"])


def _create_deliveries() -> None:
    table = "webhook_deliveries"
    op.create_table(
        table,
        _id(),
        _number("endpoint_id"),
        _number("meeting_id", nullable=True),
        _text("event_id", 64),
        _text("event_type", 64),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _text("status", 20),
        _number("tries"),
        _time("next_try_at", nullable=True),
        _time("created_at"),
        _time("finished_at", nullable=True),
        _belongs_to(table, "endpoint_id", "webhook_endpoints"),
        _belongs_to(table, "meeting_id", "meetings"),
        _key(table),
        sa.UniqueConstraint(
            "endpoint_id", "event_id", name="uq_webhook_deliveries_endpoint_id_event_id"
        ),
    )
    op.create_index("ix_webhook_deliveries_meeting_id", table, ["meeting_id"])
    for name, columns in (
        ("ix_webhook_deliveries_due", ["next_try_at"]),
        ("ix_webhook_deliveries_order", ["endpoint_id", "meeting_id", "id"]),
    ):
        op.create_index(name, table, columns, sqlite_where=_PENDING, postgresql_where=_PENDING)


def _create_tries() -> None:
    op.create_table(
        "webhook_tries",
        _id(),
        _number("delivery_id"),
        _number("number"),
        _time("started_at"),
        _time("finished_at", nullable=True),
        _number("status_code", nullable=True),
        _text("error", 64, nullable=True),
        _belongs_to("webhook_tries", "delivery_id", "webhook_deliveries"),
        _key("webhook_tries"),
    )
    op.create_index("ix_webhook_tries_delivery_id", "webhook_tries", ["delivery_id"])


def downgrade() -> None:
    """Drop the tables of webhooks."""
    for table in ("webhook_tries", "webhook_deliveries", "webhook_secrets", "webhook_endpoints"):
        op.drop_table(table)
