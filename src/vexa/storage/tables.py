"""Tables of the database, the same on Postgres and SQLite. Times are UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from vexa.contracts.meeting import TERMINAL

#: Condition of the partial unique index: a meeting that still has a bot.
OPEN_MEETING = text(f"status NOT IN ({', '.join(repr(str(s)) for s in sorted(TERMINAL))})")
#: Condition of the partial indexes that the webhook deliverer searches.
PENDING_DELIVERY = text("status = 'pending'")


class UtcDateTime(TypeDecorator[datetime]):
    """Stores an aware time as naive UTC, and gives it back aware."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Python to database."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Database to Python."""
        return None if value is None else value.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """Default of time columns."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Names constraints by rule, so that migrations can find them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
    }


class UserRow(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str | None] = mapped_column(String(100))
    image_url: Mapped[str | None] = mapped_column(Text)
    max_concurrent_bots: Mapped[int] = mapped_column(Integer)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ApiTokenRow(Base):
    """An API key, of which only the SHA-256 is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(default=list)
    name: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class MeetingRow(Base):
    """One stay of one bot in one meeting."""

    __tablename__ = "meetings"
    __table_args__ = (
        Index(
            "ix_meetings_user_platform_native_created",
            "user_id",
            "platform",
            "platform_specific_id",
            "created_at",
        ),
        Index(
            "uq_meetings_one_open_bot",
            "user_id",
            "platform",
            "platform_specific_id",
            unique=True,
            sqlite_where=OPEN_MEETING,
            postgresql_where=OPEN_MEETING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    platform: Mapped[str] = mapped_column(String(100))
    platform_specific_id: Mapped[str | None] = mapped_column(String(255))
    constructed_meeting_url: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(50), index=True)
    connection_id: Mapped[str] = mapped_column(String(64), unique=True)
    bot_container_id: Mapped[str | None] = mapped_column(String(255))
    bot_pid: Mapped[int | None]
    bot_started_ticks: Mapped[int | None] = mapped_column(BigInteger)
    bot_host: Mapped[str | None] = mapped_column(String(255))
    heartbeat_at: Mapped[datetime | None]
    start_time: Mapped[datetime | None]
    end_time: Mapped[datetime | None] = mapped_column(index=True)
    retention_days: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class MeetingSessionRow(Base):
    """One speech session: one participant's stream into whisperlive."""

    __tablename__ = "meeting_sessions"
    __table_args__ = (UniqueConstraint("meeting_id", "session_uid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    session_uid: Mapped[str] = mapped_column(String(128), index=True)
    session_start_time: Mapped[datetime]
    session_end_time: Mapped[datetime | None]
    speaker: Mapped[str | None] = mapped_column(String(255))


class TranscriptionRow(Base):
    """One final segment. Never changes, but for a speaker that becomes known later."""

    __tablename__ = "transcriptions"
    __table_args__ = (
        UniqueConstraint("meeting_id", "segment_id"),
        Index("ix_transcriptions_meeting_start", "meeting_id", "absolute_start_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    segment_id: Mapped[str] = mapped_column(String(160))
    session_uid: Mapped[str] = mapped_column(String(128), index=True)
    start_time: Mapped[float] = mapped_column(Float)
    end_time: Mapped[float] = mapped_column(Float)
    absolute_start_time: Mapped[datetime]
    absolute_end_time: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    speaker: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class TranscriptVersionRow(Base):
    """Counts the changes of what is stored of a meeting's speech."""

    __tablename__ = "transcript_versions"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int]


class MeetingPeopleRow(Base):
    """Names that a meeting's bot told, and which keys of its `data` are filled, not its user's."""

    __tablename__ = "meeting_people"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetings.id"), primary_key=True, autoincrement=False
    )
    names: Mapped[list[str]]
    filled: Mapped[list[str]]


class IdempotencyRow(Base):
    """A write that carried an Idempotency-Key. Without an answer it runs now, or was cut off."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("caller_sha256", "key_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    caller_sha256: Mapped[str] = mapped_column(String(64))
    key_sha256: Mapped[str] = mapped_column(String(64))
    request_sha256: Mapped[str] = mapped_column(String(64))
    answer_status: Mapped[int | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class OutboxRow(Base):
    """A message that must go out because of a change in the same transaction; deleted once sent."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    topic: Mapped[str] = mapped_column(String(50))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class LeaseRow(Base):
    """A role that one process at a time may hold, such as the bot manager of a host."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    holder: Mapped[str] = mapped_column(String(255))
    expires_at: Mapped[datetime]


class WebhookEndpointRow(Base):
    """Where a user wants events. `url` is None once the user has turned webhooks off."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    url: Mapped[str | None] = mapped_column(Text)
    events: Mapped[dict[str, Any] | None]
    disabled_reason: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class WebhookSecretRow(Base):
    """A secret that deliveries are signed with until `expires_at`; the present one has none."""

    __tablename__ = "webhook_secrets"

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), index=True
    )
    secret: Mapped[str] = mapped_column(String(512))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime | None]


class WebhookDeliveryRow(Base):
    """One event for one endpoint: the bytes that are signed and sent, and what became of them."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(
            "ix_webhook_deliveries_due",
            "next_try_at",
            sqlite_where=PENDING_DELIVERY,
            postgresql_where=PENDING_DELIVERY,
        ),
        Index(
            "ix_webhook_deliveries_order",
            "endpoint_id",
            "meeting_id",
            "id",
            sqlite_where=PENDING_DELIVERY,
            postgresql_where=PENDING_DELIVERY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetings.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[str] = mapped_column(String(64))
    event_type: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class WebhookTryRow(Base):
    """One try of a delivery. Without `finished_at` the sender died, or is sending now."""

    __tablename__ = "webhook_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(64))
