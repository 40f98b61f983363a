"""Settings of the gateway."""

from __future__ import annotations

from pydantic import Field

from vexa.kit.settings import RedisSettings


class GatewaySettings(RedisSettings):
    """What `api-gateway` reads from the environment."""

    api_gateway_host: str = Field(
        "*", description="address that api-gateway listens on; * is every one, IPv6 and IPv4"
    )
    api_gateway_port: int = Field(
        8056, gt=0, lt=65536, description="port that api-gateway listens on"
    )
    api_gateway_also_port: int | None = Field(
        None, gt=0, lt=65536, description="a second port; the image sets it from PORT"
    )
    admin_api_url: str = Field("http://127.0.0.1:8057", description="where admin-api is")
    bot_manager_url: str = Field("http://127.0.0.1:8080", description="where bot-manager is")
    transcription_collector_url: str = Field(
        "http://127.0.0.1:8123", description="where transcription-collector is"
    )
    cors_origins: str = Field(
        "*", description="origins that browsers may call from, comma-separated; * = any"
    )
    gateway_timeout_s: float = Field(
        60.0, gt=0, description="longest wait for a service's answer, seconds"
    )
    gateway_max_body_bytes: int = Field(
        1_048_576, gt=0, description="largest request body that is taken, bytes"
    )
    feed_max_connections: int = Field(1000, ge=1, description="most open /ws connections")
    feed_max_subscriptions: int = Field(50, ge=1, description="most meetings of one /ws connection")
    feed_queue_frames: int = Field(
        256, ge=1, description="frames that wait for one /ws reader before it is dropped"
    )

    @property
    def ports(self) -> list[int]:
        """Every port to listen on."""
        return sorted({self.api_gateway_port, self.api_gateway_also_port or self.api_gateway_port})

    @property
    def cors_origin_list(self) -> list[str]:
        """The origins, apart."""
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]
