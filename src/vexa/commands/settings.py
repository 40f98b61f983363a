"""Settings of the commands that speak to a running server."""

from __future__ import annotations

from pydantic import Field, SecretStr

from vexa.kit.settings import CommonSettings


class CommandSettings(CommonSettings):
    """Where the server is, and who asks."""

    vexa_url: str | None = Field(
        None, description="the server that commands speak to; this machine's gateway when unset"
    )
    vexa_api_key: SecretStr | None = Field(
        None, description="key of commands; unset: the one kept in VEXA_HOME/secrets/api_key"
    )
    admin_api_token: SecretStr | None = Field(
        None, description="unset: the one that `vexa up` made, in VEXA_HOME/secrets"
    )
    api_gateway_port: int = Field(
        8056, gt=0, lt=65536, description="port of this machine's gateway"
    )
    jitsi_hosts: str = Field(
        "",
        pattern=r"^[A-Za-z0-9.,\s-]*$",
        description="hosts of Jitsi deployments whose meetings bots may open, with commas",
    )

    @property
    def known_jitsi_hosts(self) -> frozenset[str]:
        """The deployments of Jitsi whose links a command takes."""
        return frozenset(self.jitsi_hosts.lower().replace(",", " ").split())

    @property
    def local_url(self) -> str:
        """The gateway of this machine."""
        return f"http://127.0.0.1:{self.api_gateway_port}"
