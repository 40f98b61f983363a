"""The environment that supervisord and every program get."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from vexa.supervision.settings import UpSettings

#: Modules that run as supervisord, with and without programs that share memory.
_SHARING, _PLAIN = "vexa.supervision.shared_start", "supervisor.supervisord"
_STORES_CONFIG = Path(str(files("vexa.supervision") / "supervisord-stores.conf"))


@dataclass(frozen=True, slots=True)
class Paths:
    """Folders of one installation, all below `VEXA_HOME` except `run` on very long paths."""

    home: Path
    run: Path
    logs: Path
    secrets: Path

    def make(self) -> None:
        """Create what is missing; only the owner may enter."""
        for folder in (self.home, self.run, self.logs, self.secrets):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the stores are; `redis_server` is set when Redis is the embedded one."""

    database_url: str
    redis_url: str
    redis_server: Path | None


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets of the installation."""

    admin_api_token: str
    internal_api_secret: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """Under which accounts the programs run.

    Attributes:
        as_service: command that turns root into the account of a program; empty: no change.
        as_bot_manager: the same for the one that starts bots under an account of their own.
    """

    as_service: str = ""
    as_bot_manager: str = ""


def program_environment(
    inherited: dict[str, str],
    settings: UpSettings,
    paths: Paths,
    stores: Stores,
    secrets: Secrets,
    display: int,
    accounts: Accounts | None = None,
) -> dict[str, str]:
    """Build the environment: what the operator set, then what this placement decides."""
    accounts = accounts or Accounts()
    loopback = "http://127.0.0.1"
    whisperlive = f"127.0.0.1:{settings.whisper_live_port}"
    decided = {
        "VEXA_HOME": str(paths.home),
        "VEXA_RUN_DIR": str(paths.run),
        "VEXA_LOG_DIR": str(paths.logs),
        "VEXA_PYTHON": sys.executable,
        "VEXA_SUPERVISORD": _SHARING if settings.vexa_share_memory else _PLAIN,
        "VEXA_AS_SERVICE": accounts.as_service,
        "VEXA_AS_BOT_MANAGER": accounts.as_bot_manager,
        "VEXA_STORES_CONFIG": str(_STORES_CONFIG) if stores.redis_server else "",
        "VEXA_REDIS_SERVER": str(stores.redis_server or "redis-server"),
        "DATABASE_URL": stores.database_url,
        "REDIS_URL": stores.redis_url,
        "ADMIN_API_TOKEN": secrets.admin_api_token,
        "INTERNAL_API_SECRET": secrets.internal_api_secret,
        "DISPLAY": f":{display}",
        "XAUTHORITY": str(paths.run / "Xauthority"),
        "API_GATEWAY_PORT": str(settings.api_gateway_port),
        "ADMIN_API_PORT": str(settings.admin_api_port),
        "BOT_MANAGER_PORT": str(settings.bot_manager_port),
        "TRANSCRIPTION_COLLECTOR_PORT": str(settings.transcription_collector_port),
        "WHISPER_LIVE_PORT": str(settings.whisper_live_port),
        "WHISPER_LIVE_HEALTH_PORT": str(settings.whisper_live_health_port),
        "ADMIN_API_URL": f"{loopback}:{settings.admin_api_port}",
        "BOT_MANAGER_URL": f"{loopback}:{settings.bot_manager_port}",
        "BOT_CALLBACK_BASE_URL": f"{loopback}:{settings.bot_manager_port}",
        "TRANSCRIPTION_COLLECTOR_URL": f"{loopback}:{settings.transcription_collector_port}",
        # an operator's own list of speech servers stands beside the one that runs here
        "WHISPER_LIVE_URL": inherited.get("WHISPER_LIVE_URL") or f"ws://{whisperlive}",
        "WHISPERLIVE_HEALTH_URL": f"{loopback}:{settings.whisper_live_health_port}/readyz",
    }
    separate = {"DB_HOST", "REDIS_HOST"}
    kept = {key: value for key, value in inherited.items() if key not in separate}
    return {**kept, **decided}
