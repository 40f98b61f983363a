"""Environments with which the container must not start: it ends with 78 and says what to set."""

from __future__ import annotations

import pytest

from tests.image.engine import Container, Docker, wait_for
from vexa.contracts.errors import EXIT_CONFIGURATION

GOOD = {
    "DATABASE_URL": "postgresql://user:hidden@127.0.0.1:5432/vexa",
    "REDIS_URL": "redis://:hidden@127.0.0.1:6379/0",
    "ADMIN_API_TOKEN": "hidden",
}


def without(name: str, **more: str) -> dict[str, str]:
    return {**{key: value for key, value in GOOD.items() if key != name}, **more}


REFUSED = {
    "misspelt": (
        without("DATABASE_URL", DATABSE_URL=GOOD["DATABASE_URL"]),
        "it reads DATABASE_URL",
    ),
    "no admin token": (without("ADMIN_API_TOKEN"), "ADMIN_API_TOKEN: not set"),
    "no stores": ({"ADMIN_API_TOKEN": "hidden"}, "mount a folder at /var/lib/vexa"),
    "cuda": ({**GOOD, "DEVICE_TYPE": "cuda"}, "DEVICE_TYPE"),
    "log level": ({**GOOD, "LOG_LEVEL": "loud"}, "LOG_LEVEL"),
}


@pytest.mark.parametrize("case", REFUSED, ids=list(REFUSED))
def test_a_wrong_environment_is_refused(docker: Docker, case: str) -> None:
    environment, told = REFUSED[case]
    container = Container.start(docker, "vexa", environment)
    try:
        wait_for(lambda: not container.state()["Running"], 60, "refusal")
        assert container.state()["ExitCode"] == EXIT_CONFIGURATION, container.logs()
        assert told in container.logs()
        assert "hidden" not in container.logs()
    finally:
        container.remove()


def test_stores_that_are_not_there_are_waited_for_and_named(docker: Docker) -> None:
    container = Container.start(docker, "vexa", {**GOOD, "VEXA_STORES_TIMEOUT_S": "3"})
    try:
        wait_for(lambda: not container.state()["Running"], 60, "refusal")
        logs = container.logs()
        assert container.state()["ExitCode"] == 1, logs
        assert "waiting for the database at postgresql://user:****@127.0.0.1:5432/vexa" in logs
        assert "cannot be used after 3 s" in logs
        assert "localhost is the container itself" in logs
        assert "hidden" not in logs
    finally:
        container.remove()
