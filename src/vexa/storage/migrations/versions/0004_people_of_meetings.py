"""Names that bots tell, and what of a meeting's data is filled and not its user's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "meeting_people",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        *(_json("names"), _json("filled")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name="fk_meeting_people_meeting_id"
        ),
        sa.PrimaryKeyConstraint("meeting_id", name="pk_meeting_people"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("meeting_people")
