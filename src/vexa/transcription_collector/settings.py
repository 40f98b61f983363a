"""Settings of the collector."""

from __future__ import annotations

from pydantic import Field

from vexa.contracts.http.meetings import MAX_RETENTION_DAYS
from vexa.kit.settings import DatabaseSettings, InternalSettings, RedisSettings


class CollectorSettings(DatabaseSettings, RedisSettings, InternalSettings):
    """What `transcription-collector` reads from the environment."""

    transcription_collector_host: str = Field(
        "127.0.0.1", description="address that transcription-collector listens on"
    )
    transcription_collector_port: int = Field(
        8123, gt=0, lt=65536, description="port that transcription-collector listens on"
    )
    collector_batch_entries: int = Field(
        200, ge=1, le=1000, description="most stream entries that are handled in one transaction"
    )
    collector_claim_idle_s: float = Field(
        8.0, gt=0, le=12, description="seconds after which an entry's reader counts as dead"
    )
    retention_days: int | None = Field(
        None,
        ge=0,
        le=MAX_RETENTION_DAYS,
        description="days after a meeting's end at which what was said is erased; unset = never",
    )
    transcript_share_ttl_seconds: int = Field(
        900, ge=60, description="life of a link to a transcript, unless the request says"
    )
    transcript_share_ttl_max_seconds: int = Field(
        86_400, ge=60, description="longest life of a link to a transcript"
    )
    public_base_url: str | None = Field(
        None,
        pattern="^https?://",
        description="where clients reach the gateway, for links; unset = as the request came",
    )
