"""Real Redis and Postgres servers for tests, each run by the test session itself."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.support.processes import ServerProcess, find_program, free_port
from vexa.supervision.redis_server import find_redis_server


def _socket_open(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(path)) == 0


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[ServerProcess, str]]:
    """Run Redis on a Unix socket in `folder`, durable; yield its process and URL."""
    sock = folder / "redis.sock"
    command = [
        str(find_redis_server(None, folder)),
        *("--port", "0", "--unixsocket", str(sock), "--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
    ]
    server = ServerProcess(command, folder / "redis.log")
    server.wait_ready(lambda: _socket_open(sock))
    try:
        yield server, f"unix://{sock}"
    finally:
        server.stop()


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("no unprivileged user to run Postgres as")


@contextmanager
def postgres_server(
    role: str = "vexa", password: str | None = None, port: int | None = None
) -> Iterator[str]:
    """Run Postgres made by initdb as an unprivileged user; yield a URL of its admin database.

    Args:
        role: its superuser.
        password: what the role must give; None trusts everyone on loopback.
        port: where it listens on loopback; None takes a free one.
    """
    user = _unprivileged_user()
    uid = user.pw_uid if user else None
    folder = Path(tempfile.mkdtemp(prefix="vexa-postgres-"))
    data, port = folder / "data", port or free_port()
    secret = folder / "password"
    secret.write_text(password or "unused")
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.chown(secret, user.pw_uid, user.pw_gid)
    bin_pattern = "/usr/lib/postgresql/*/bin/{}"
    initdb = find_program("initdb", bin_pattern.format("initdb"))
    postgres = find_program("postgres", bin_pattern.format("postgres"))
    is_ready = find_program("pg_isready", bin_pattern.format("pg_isready"))
    question = [is_ready, "-q", "-h", "127.0.0.1", "-p", str(port)]
    subprocess.run(
        [
            *(initdb, "-D", str(data), "-U", role, "-E", "UTF8", "--no-sync"),
            *("--auth-host=scram-sha-256" if password else "--auth=trust",),
            f"--pwfile={secret}",
        ],
        check=True,
        capture_output=True,
        user=uid,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    command = [
        *(postgres, "-D", str(data), "-p", str(port), "-h", "127.0.0.1"),
        *("-c", f"unix_socket_directories={folder}", "-c", "fsync=off"),
        *("-c", "max_connections=60"),
    ]
    server = ServerProcess(command, folder / "postgres.log", user=uid)
    try:
        # the port is open before the server takes connections
        server.wait_ready(lambda: subprocess.run(question).returncode == 0, within_s=60)
        login = f"{role}:{quote(password, safe='')}" if password else role
        yield f"postgresql+asyncpg://{login}@127.0.0.1:{port}/postgres"
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
