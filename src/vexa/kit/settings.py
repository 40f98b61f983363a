"""Settings that several programs share. Each program adds its own in its `settings.py`."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vexa.contracts.errors import ConfigurationError
from vexa.kit import store_urls

S = TypeVar("S", bound=BaseSettings)


def _own_port(value: Any) -> Any:
    """Take a `tcp://…` value as unset: clusters set `REDIS_PORT` so for a service named redis."""
    return None if isinstance(value, str) and value.startswith("tcp://") else value


#: Port of a store, with the store's own default.
Port = Annotated[Annotated[int, Field(gt=0, lt=65536)] | None, BeforeValidator(_own_port)]


class CommonSettings(BaseSettings):
    """What every program reads."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severe log line that is written"
    )
    vexa_home: Path = Field(
        Path(".vexa"), description="folder of this installation's state: database, secrets, logs"
    )

    def _require_host(self, variable: str, fields: tuple[str, ...]) -> None:
        """Raise ConfigurationError when separate variables of a store are set without its host."""
        given = [name.upper() for name in fields if name in self.model_fields_set]
        if given:
            raise ConfigurationError(f"{variable}: missing, although {', '.join(given)} is set")


class InternalSettings(CommonSettings):
    """For programs that sign or check what other programs send."""

    internal_api_secret: SecretStr = Field(
        description="shared by the programs; `vexa up` and the image make one at first start"
    )


class DatabaseSettings(CommonSettings):
    """Where the database is. The URL wins over separate variables; neither means SQLite."""

    database_url: SecretStr | None = Field(None, description="postgresql:// or sqlite:/// URL")
    db_host: str | None = Field(None, description="Postgres host, instead of DATABASE_URL")
    db_port: Port = Field(None, description="Postgres port; default 5432")
    db_name: str = Field("vexa", description="Postgres database")
    db_user: str = Field("postgres", description="Postgres user")
    db_password: SecretStr = Field(SecretStr(""), description="Postgres password; may be empty")
    db_ssl_mode: str | None = Field(None, description="libpq's sslmode for separate variables")

    @property
    def sqlalchemy_url(self) -> str:
        """The one URL that storage uses. Raises ConfigurationError."""
        if self.database_url is not None:
            if self.db_host is not None:
                warnings.warn(
                    "DATABASE_URL and DB_HOST are both set; DATABASE_URL is used", stacklevel=2
                )
            return store_urls.database_url(self.database_url.get_secret_value())
        if self.db_host is not None:
            address = store_urls.Address(
                self.db_host,
                self.db_port or 5432,
                self.db_name,
                self.db_user,
                self.db_password.get_secret_value(),
            )
            return store_urls.database_url_from_parts(address, self.db_ssl_mode)
        self._require_host("DB_HOST", ("db_name", "db_user", "db_password", "db_ssl_mode"))
        return store_urls.sqlite_url(self.vexa_home.resolve() / "vexa.db")


class RedisSettings(CommonSettings):
    """Where Redis is. The URL wins over separate variables; neither means the embedded one."""

    redis_url: SecretStr | None = Field(None, description="redis://, rediss:// or unix:// URL")
    redis_host: str | None = Field(None, description="Redis host, instead of REDIS_URL")
    redis_port: Port = Field(None, description="Redis port; default 6379")
    redis_user: str = Field("", description="Redis ACL user")
    redis_password: SecretStr = Field(SecretStr(""), description="Redis password")
    redis_db: int = Field(0, ge=0, description="Redis database number")

    @property
    def bus_url(self) -> str:
        """The one URL that the bus uses. Raises ConfigurationError."""
        if self.redis_url is not None:
            if self.redis_host is not None:
                warnings.warn(
                    "REDIS_URL and REDIS_HOST are both set; REDIS_URL is used", stacklevel=2
                )
            return store_urls.redis_url(self.redis_url.get_secret_value())
        if self.redis_host is not None:
            address = store_urls.Address(
                self.redis_host,
                self.redis_port or 6379,
                str(self.redis_db),
                self.redis_user,
                self.redis_password.get_secret_value(),
            )
            return store_urls.redis_url_from_parts(address)
        self._require_host("REDIS_HOST", ("redis_user", "redis_password", "redis_db"))
        return f"unix://{self.vexa_home.resolve() / 'run' / 'redis.sock'}"


def load_settings(kind: type[S], **overrides: Any) -> S:
    """Read settings from the environment.

    Args:
        kind: the class to read.
        **overrides: fields that win over the environment.

    Raises:
        ConfigurationError: names each variable that is missing or wrong, and what is allowed.
    """
    try:
        return kind(**overrides)
    except ValidationError as exc:
        lines = [
            f"{'.'.join(str(part) for part in error['loc']).upper()}: {error['msg']}"
            for error in exc.errors(include_input=False, include_url=False)
        ]
        raise ConfigurationError("; ".join(lines)) from exc
