"""Settings of the speech server."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from vexa.kit.settings import InternalSettings, RedisSettings
from vexa.whisperlive.engines.base import EngineOptions
from vexa.whisperlive.turns import TurnPolicy


class WhisperSettings(InternalSettings, RedisSettings):
    """What an operator can change in the speech server."""

    whisper_live_host: str = Field(
        "127.0.0.1", description="address that the speech server listens on"
    )
    whisper_live_port: int = Field(
        9090, ge=0, description="port of the speech WebSocket; 0 takes a free one"
    )
    whisper_live_health_port: int = Field(9091, ge=0, description="port of health and metrics")
    wl_max_clients: int = Field(64, gt=0, description="open speech sessions; more get WAIT")
    wl_api_key: SecretStr | None = Field(
        None, description="key for private sessions that do not come from this machine"
    )
    wl_resume_window_s: float = Field(
        10.0, gt=0, description="how long a dropped session waits for its client, seconds"
    )
    wl_hello_timeout_s: float = Field(10.0, gt=0, description="wait for the first message, seconds")
    wl_idle_turn_s: float = Field(
        3.0, gt=0, description="no audio for so long ends what is being said, seconds"
    )
    wl_max_held_s: float = Field(
        60.0, gt=15, description="undecoded audio of a session before it must wait, seconds"
    )
    wl_max_unstored: int = Field(
        200, gt=0, description="finals of a session waiting for Redis before its audio must wait"
    )
    whisper_engine: str = Field(
        "faster_whisper", description="engine: faster_whisper, or remote: another server's"
    )
    whisper_remote_url: str = Field(
        "", description="base of an OpenAI-compatible API for WHISPER_ENGINE=remote, up to /v1"
    )
    whisper_remote_api_key: SecretStr | None = Field(
        None, description="bearer key of the remote engine"
    )
    whisper_remote_model: str = Field("whisper-1", description="model named to the remote engine")
    whisper_remote_timeout_s: float = Field(
        15.0, gt=0, description="longest wait for one answer of the remote engine, seconds"
    )
    whisper_model_size: str = Field(
        "tiny",
        description="tiny, base, small, medium, large, any faster-whisper name, or a folder",
    )
    whisper_model_revision: str | None = Field(
        None, description="commit of the model on its hub, instead of the pinned one"
    )
    whisper_download: bool = Field(True, description="whether a model may be fetched from its hub")
    device_type: Literal["cpu", "cuda"] = Field("cpu", description="where to decode")
    whisper_compute_type: str = Field("int8", description="CTranslate2 compute type")
    whisper_workers: int = Field(2, gt=0, le=64, description="decodes at a time")
    whisper_threads: int = Field(1, gt=0, description="threads of one decode")
    whisper_step_s: float = Field(
        0.5, gt=0, description="new audio that makes a new draft, seconds"
    )
    whisper_pause_s: float = Field(
        0.5, gt=0, description="silence that is decoded with care at once, seconds"
    )
    whisper_endpoint_s: float = Field(
        0.8, gt=0, description="silence that ends a turn, seconds; 1.5 gives the best text"
    )
    whisper_max_turn_s: float = Field(
        12.0, ge=5, le=28, description="longest turn before it is cut, seconds"
    )

    @property
    def turn_policy(self) -> TurnPolicy:
        """When turns open, pause and end."""
        return TurnPolicy(
            pause_s=min(self.whisper_pause_s, self.whisper_endpoint_s),
            endpoint_s=self.whisper_endpoint_s,
            max_turn_s=self.whisper_max_turn_s,
        )

    @property
    def engine_options(self) -> EngineOptions:
        """How the engine may use the machine."""
        key = self.whisper_remote_api_key
        return EngineOptions(
            device=self.device_type,
            compute_type=self.whisper_compute_type,
            workers=self.whisper_workers,
            threads=self.whisper_threads,
            remote_url=self.whisper_remote_url,
            remote_key=key.get_secret_value() if key else "",
            remote_model=self.whisper_remote_model,
            remote_timeout_s=self.whisper_remote_timeout_s,
        )
