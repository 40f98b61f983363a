"""Settings of the collector."""

from __future__ import annotations

from pydantic import Field

from vexa.kit.settings import DatabaseSettings, RedisSettings


class CollectorSettings(DatabaseSettings, RedisSettings):
    """What `transcription-collector` reads from the environment."""

    transcription_collector_host: str = Field(
        "127.0.0.1", description="address that transcription-collector listens on"
    )
    transcription_collector_port: int = Field(
        8123, gt=0, lt=65536, description="port that transcription-collector listens on"
    )
    collector_batch_entries: int = Field(
        50, ge=1, le=1000, description="most stream entries that are handled in one transaction"
    )
    collector_claim_idle_s: float = Field(
        8.0, gt=0, le=12, description="seconds after which an entry's reader counts as dead"
    )
