"""Settings of the admin API."""

from __future__ import annotations

from pydantic import Field, SecretStr

from vexa.kit.public_addresses import AllowListText
from vexa.kit.settings import DatabaseSettings


class AdminApiSettings(DatabaseSettings):
    """What `vexa admin-api` reads."""

    admin_api_host: str = Field(
        "*", description="address to listen on; * is every one, IPv6 and IPv4"
    )
    admin_api_port: int = Field(8057, description="port to listen on")
    admin_api_token: SecretStr | None = Field(
        None, description="what X-Admin-API-Key must hold; unset refuses every admin request"
    )
    analytics_api_token: SecretStr | None = Field(
        None, description="a second admin token that may only read (GET); unset = none"
    )
    default_max_concurrent_bots: int = Field(
        3, ge=0, description="bots at a time of a user made without a number of its own; 0 = any"
    )
    url_allowed_hosts: AllowListText = Field(
        "",
        description=(
            "what URLs of users (webhooks) may lead to beyond the public internet: names, "
            "`*.domain`, addresses, networks, each with `:port` if need be"
        ),
    )
