"""Answers of writes that may be repeated, transcript versions, and a time to live per meeting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _digest(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        *(_digest("caller_sha256"), _digest("key_sha256"), _digest("request_sha256")),
        sa.Column("answer_status", sa.Integer()),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_keys"),
        sa.UniqueConstraint(
            "caller_sha256", "key_sha256", name="uq_idempotency_keys_caller_sha256_key_sha256"
        ),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "transcript_versions",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name="fk_transcript_versions_meeting_id"
        ),
        sa.PrimaryKeyConstraint("meeting_id", name="pk_transcript_versions"),
    )
    op.add_column("meetings", sa.Column("retention_days", sa.Integer()))
    op.create_index("ix_meetings_end_time", "meetings", ["end_time"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_meetings_end_time", "meetings")
    op.drop_column("meetings", "retention_days")
    op.drop_table("transcript_versions")
    op.drop_table("idempotency_keys")
