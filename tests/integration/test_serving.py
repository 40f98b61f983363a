"""How every HTTP program listens, and what it says when it cannot start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.processes import free_port
from tests.support.programs import Programs
from vexa.contracts.errors import EXIT_CONFIGURATION, ConfigurationError, StorageUnavailable
from vexa.kit.serve import EVERY_ADDRESS, listen
from vexa.storage.database import Database


def test_the_gateway_answers_on_both_ports_over_both_families(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    also = free_port()
    programs = Programs(database_url, redis_url, tmp_path, {"API_GATEWAY_ALSO_PORT": str(also)})
    programs.start("api-gateway")
    hosts = ["127.0.0.1", *(["[::1]"] if _has_ipv6() else [])]
    try:
        for host in hosts:
            for port in (programs.ports["api-gateway"], also):
                answer = httpx2.get(f"http://{host}:{port}/", trust_env=False)
                assert answer.json() == {"message": "Welcome to the Vexa API Gateway"}
    finally:
        programs.stop()


def test_the_gateway_is_ready_when_every_service_behind_it_answers(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    services = ("admin-api", "bot-manager", "transcription-collector")
    programs = Programs(database_url, redis_url, tmp_path)
    try:
        programs.start("api-gateway")
        url = f"{programs.url('api-gateway')}/readyz"
        answer = httpx2.get(url, trust_env=False)
        assert answer.status_code == 503
        assert set(answer.json()["problems"]) == set(services)
        for name in services:
            programs.start(name)
        assert httpx2.get(url, trust_env=False).json() == {"ready": True, "problems": {}}
    finally:
        programs.stop()


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port}"):
            listen("127.0.0.1", port)
        with pytest.raises(ConfigurationError, match=f"port {port}"):
            listen(EVERY_ADDRESS, port)


def test_a_database_without_the_schema_ends_the_program_with_one_clear_line(
    tmp_path: Path,
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "vexa", "transcription-collector"],
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}",
            "REDIS_URL": "unix:///nowhere",
            "INTERNAL_API_SECRET": "test-internal-secret-of-32-bytes!",
            "TRANSCRIPTION_COLLECTOR_PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == EXIT_CONFIGURATION
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("vexa: ")
    assert "run `vexa migrate`" in last


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


async def test_a_database_whose_name_is_not_known_is_away_not_broken() -> None:
    database = Database("postgresql+asyncpg://vexa@no-such-host.invalid:5432/vexa")
    with pytest.raises(StorageUnavailable):
        await database.check()
    await database.aclose()
