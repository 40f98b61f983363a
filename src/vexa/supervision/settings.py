"""Settings of `vexa up` and of the image; the only place that reads the whole environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

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
    vexa_share_memory: bool = Field(
        True,
        description="fork the light programs, so that they share what they load; "
        "off: each loads its own",
    )
    vexa_ready_timeout_s: float = Field(
        120.0, gt=0, description="how long `vexa up` waits until every program answers"
    )


class ContainerSettings(UpSettings):
    """What the container reads before it starts the programs. Folders and accounts are its own."""

    vexa_home: Path = Field(Path("/var/lib/vexa"), description="folder of the embedded stores")
    vexa_run_dir: Path = Field(
        Path("/run/vexa"), description="in the image: sockets and what is made anew at each start"
    )
    vexa_log_dir: Path = Field(
        Path("/var/log/supervisor"), description="in the image: one log file a program"
    )
    port: int | None = Field(
        None, gt=0, lt=65536, description="in the image: one more port of the public interface"
    )
    vexa_embedded: bool = Field(
        False, description="in the image: keep the stores in it even without a mount"
    )
    vexa_stores_timeout_s: float = Field(
        60.0, gt=0, description="in the image: how long external stores are waited for, seconds"
    )
    bot_user: str = Field("vexa-bot", description="in the image: account that bots run as")
    bot_work_dir: Path = Field(
        Path("/var/lib/vexa-bots"), description="in the image: folder of the bots' profiles"
    )
    bot_logs_dir: Path = Field(
        Path("/var/log/vexa-bots"), description="in the image: one log file a bot"
    )
    device_type: Literal["cpu", "cuda"] = Field("cpu", description="where to decode")
    whisper_model_size: str = Field("tiny", description="name or folder of the speech model")


def inherited_environment() -> dict[str, str]:
    """A copy of this process's environment, for the programs it starts."""
    return dict(os.environ)


def replace_environment(environment: Mapping[str, str]) -> None:
    """Let this process have exactly this environment."""
    os.environ.clear()
    os.environ.update(environment)
