"""Settings of the gateway."""

from __future__ import annotations

from pydantic import Field, field_validator

from vexa.api_gateway.clients import TrustedProxies
from vexa.api_gateway.dialect import ApiDialect
from vexa.api_gateway.rate_limits import Rates
from vexa.kit.settings import InternalSettings, RedisSettings


class GatewaySettings(RedisSettings, InternalSettings):
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
    api_dialect: ApiDialect = Field(
        ApiDialect.OLDER,
        description="whose status codes clients get where generations differ: missing or wrong "
        "key 403 or 401, quota 403 or 429, stop 202 or 200",
    )
    rate_limit_rpm: int = Field(
        1200, ge=0, description="requests a minute of one key, or of one address without; 0 = any"
    )
    rate_limit_admin_rpm: int = Field(
        600, ge=0, description="the same for /admin and /users; 0 = any"
    )
    rate_limit_ws_rpm: int = Field(
        120, ge=0, description="new /ws connections a minute of one key; 0 = any"
    )
    trusted_proxies: str = Field(
        "",
        description="addresses and networks of proxies in front, comma-separated; their "
        "X-Forwarded-* headers are believed",
    )
    feed_max_connections: int = Field(4000, ge=1, description="most open /ws connections")
    feed_max_subscriptions: int = Field(50, ge=1, description="most meetings of one /ws connection")
    feed_queue_frames: int = Field(
        256, ge=1, description="frames that wait for one /ws reader before it is dropped"
    )

    jitsi_hosts: str = Field(
        "",
        pattern=r"^[A-Za-z0-9.,\s-]*$",
        description="hosts of Jitsi deployments whose meetings bots may open, with commas",
    )

    @property
    def known_jitsi_hosts(self) -> frozenset[str]:
        """The deployments of Jitsi that the operator named."""
        return frozenset(part.lower() for part in _parts(self.jitsi_hosts.replace(" ", ",")))

    @property
    def ports(self) -> list[int]:
        """Every port to listen on."""
        return sorted({self.api_gateway_port, self.api_gateway_also_port or self.api_gateway_port})

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        TrustedProxies(_parts(value))
        return value

    @property
    def proxies(self) -> TrustedProxies:
        """The trusted proxies."""
        return TrustedProxies(_parts(self.trusted_proxies))

    @property
    def rates(self) -> Rates:
        """How often one caller may ask."""
        return Rates(self.rate_limit_rpm, self.rate_limit_admin_rpm, self.rate_limit_ws_rpm)

    @property
    def cors_origin_list(self) -> list[str]:
        """The origins, apart."""
        return _parts(self.cors_origins)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
