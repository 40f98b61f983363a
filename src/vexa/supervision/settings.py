"""Settings of `vexa up`, and the only place that reads the environment as a whole."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr

from vexa.kit.settings import DatabaseSettings, RedisSettings


class UpSettings(DatabaseSettings, RedisSettings):
    """What `vexa up` itself decides; everything else is passed on to the programs."""

    admin_api_token: SecretStr | None = Field(
        None, description="secret of the admin surface; made at first start when unset"
    )
    internal_api_secret: SecretStr | None = Field(
        None, description="shared by the programs; made at first start when unset"
    )
    api_gateway_port: int = Field(8056, gt=0, lt=65536, description="port of the public interface")
    admin_api_port: int = Field(8057, gt=0, lt=65536, description="port of the admin surface")
    bot_manager_port: int = Field(8080, gt=0, lt=65536, description="port of bot-manager, loopback")
    transcription_collector_port: int = Field(
        8123, gt=0, lt=65536, description="port of transcription-collector, loopback"
    )
    whisper_live_port: int = Field(9090, gt=0, lt=65536, description="port of whisperlive")
    whisper_live_health_port: int = Field(
        9091, gt=0, lt=65536, description="port of whisperlive's health and metrics"
    )
    vexa_redis_server: Path | None = Field(
        None, description="program to run as the embedded Redis; found when unset"
    )
    vexa_display: int | None = Field(
        None, ge=0, description="X display number of the bots; the first free from 99 when unset"
    )
    vexa_ready_timeout_s: float = Field(
        120.0, gt=0, description="how long `vexa up` waits until every program answers"
    )


def inherited_environment() -> dict[str, str]:
    """A copy of this process's environment, for the programs it starts."""
    return dict(os.environ)
