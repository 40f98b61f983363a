"""The first schema: accounts, meetings, segments, outbox, leases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OPEN_MEETING = sa.text("status NOT IN ('completed', 'failed')")


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _belongs_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _key(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def upgrade() -> None:
    """Make every table."""
    _create_accounts()
    _create_meetings()
    _create_speech()
    _create_messages()


def _create_accounts() -> None:
    op.create_table(
        "users",
        _id(),
        _text("email", 255),
        _text("name", 100, nullable=True),
        sa.Column("image_url", sa.Text()),
        sa.Column("max_concurrent_bots", sa.Integer(), nullable=False),
        sa.Column("data", _json(), nullable=False),
        _time("created_at"),
        _key("users"),
        _unique("users", "email"),
    )
    op.create_table(
        "api_tokens",
        _id(),
        _text("token_sha256", 64),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", _json(), nullable=False),
        _text("name", 255, nullable=True),
        _time("created_at"),
        _time("last_used_at", nullable=True),
        _time("expires_at", nullable=True),
        _time("revoked_at", nullable=True),
        _belongs_to("api_tokens", "user_id", "users"),
        _key("api_tokens"),
        _unique("api_tokens", "token_sha256"),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])


def _create_meetings() -> None:
    op.create_table(
        "meetings",
        _id(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _text("platform", 100),
        _text("platform_specific_id", 255, nullable=True),
        sa.Column("constructed_meeting_url", sa.Text()),
        _text("status", 50),
        _text("connection_id", 64),
        _text("bot_container_id", 255, nullable=True),
        sa.Column("bot_pid", sa.Integer()),
        sa.Column("bot_started_ticks", sa.BigInteger()),
        _text("bot_host", 255, nullable=True),
        _time("heartbeat_at", nullable=True),
        _time("start_time", nullable=True),
        _time("end_time", nullable=True),
        sa.Column("data", _json(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        _belongs_to("meetings", "user_id", "users"),
        _key("meetings"),
        _unique("meetings", "connection_id"),
    )
    address = ["user_id", "platform", "platform_specific_id"]
    op.create_index("ix_meetings_status", "meetings", ["status"])
    op.create_index("ix_meetings_user_id", "meetings", ["user_id"])
    op.create_index(
        "ix_meetings_user_platform_native_created", "meetings", [*address, "created_at"]
    )
    op.create_index(
        "uq_meetings_one_open_bot",
        "meetings",
        address,
        unique=True,
        sqlite_where=_OPEN_MEETING,
        postgresql_where=_OPEN_MEETING,
    )


def _create_speech() -> None:
    op.create_table(
        "meeting_sessions",
        _id(),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        _text("session_uid", 128),
        _time("session_start_time"),
        _time("session_end_time", nullable=True),
        _text("speaker", 255, nullable=True),
        _belongs_to("meeting_sessions", "meeting_id", "meetings"),
        _key("meeting_sessions"),
        _unique("meeting_sessions", "meeting_id", "session_uid"),
    )
    op.create_index("ix_meeting_sessions_meeting_id", "meeting_sessions", ["meeting_id"])
    op.create_index("ix_meeting_sessions_session_uid", "meeting_sessions", ["session_uid"])
    op.create_table(
        "transcriptions",
        _id(),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        _text("segment_id", 160),
        _text("session_uid", 128),
        sa.Column("start_time", sa.Float(), nullable=False),
        sa.Column("end_time", sa.Float(), nullable=False),
        _time("absolute_start_time"),
        _time("absolute_end_time"),
        sa.Column("text", sa.Text(), nullable=False),
        _text("speaker", 255, nullable=True),
        _text("language", 10, nullable=True),
        _time("created_at"),
        _belongs_to("transcriptions", "meeting_id", "meetings"),
        _key("transcriptions"),
        _unique("transcriptions", "meeting_id", "segment_id"),
    )
    op.create_index("ix_transcriptions_session_uid", "transcriptions", ["session_uid"])
    op.create_index(
        "ix_transcriptions_meeting_start", "transcriptions", ["meeting_id", "absolute_start_time"]
    )


def _create_messages() -> None:
    op.create_table(
        "outbox",
        _id(),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        _text("topic", 50),
        sa.Column("payload", _json(), nullable=False),
        _time("created_at"),
        _belongs_to("outbox", "meeting_id", "meetings"),
        _key("outbox"),
    )
    op.create_index("ix_outbox_meeting_id", "outbox", ["meeting_id"])
    op.create_table(
        "leases",
        _text("name", 255),
        _text("holder", 255),
        _time("expires_at"),
        _key("leases", "name"),
    )


def downgrade() -> None:
    """Drop every table."""
    for table in (
        "leases",
        "outbox",
        "transcriptions",
        "meeting_sessions",
        "meetings",
        "api_tokens",
        "users",
    ):
        op.drop_table(table)
