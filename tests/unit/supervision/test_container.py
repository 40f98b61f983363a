"""What the image decides before it starts anything."""

from __future__ import annotations

import os

import pytest

from vexa.contracts.errors import ConfigurationError
from vexa.kit.settings import load_settings
from vexa.supervision.container import check_configuration, describe
from vexa.supervision.environment import Stores
from vexa.supervision.port_choice import settle_ports
from vexa.supervision.settings import ContainerSettings

GOOD = {
    "DATABASE_URL": "postgresql://user:hidden-one@db:5432/vexa",
    "REDIS_URL": "redis://:hidden-two@cache:6379/0",
    "ADMIN_API_TOKEN": "hidden-three",
}


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> ContainerSettings:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings(ContainerSettings)


def test_a_full_environment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    check_configuration(read(monkeypatch, **GOOD), GOOD, may_embed=False)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ADMIN_API_TOKEN": ""}, "ADMIN_API_TOKEN: not set"),
        ({"DEVICE_TYPE": "cuda"}, "DEVICE_TYPE: this image decodes on the processor only"),
        ({"DATABASE_URL": ""}, "set DATABASE_URL"),
        ({"REDIS_URL": ""}, "set REDIS_URL"),
        ({"ADMIN_API_TOKEN": "", "REDIS_URL": ""}, "ADMIN_API_TOKEN"),
        ({"ADMIN_API_TOKEN": "", "REDIS_URL": ""}, "REDIS_URL"),
    ],
)
def test_everything_that_is_missing_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], told: str
) -> None:
    environment = {**GOOD, **changed}
    with pytest.raises(ConfigurationError) as refusal:
        check_configuration(read(monkeypatch, **environment), environment, may_embed=False)
    assert told in refusal.value.detail


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DEVICE_TYPE", "gpu"), ("LOG_LEVEL", "loud"), ("PORT", "http"), ("PORT", "70000")],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        read(monkeypatch, **{**GOOD, variable: value})


def test_the_shown_configuration_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **GOOD, PORT="3000")
    shown = "\n".join(describe(settings, Stores(settings.sqlalchemy_url, settings.bus_url, None)))
    assert "hidden" not in shown
    for word in (
        "postgresql://user:****@db:5432/vexa",
        "redis://:****@cache:6379/0",
        "3000",
        "tiny",
    ):
        assert word in shown


@pytest.mark.parametrize(
    ("port", "moved"),
    [
        (None, {}),
        (8056, {}),
        (3000, {}),
        (8080, {"bot_manager_port": 18080}),
        (8123, {"transcription_collector_port": 18123}),
        (9090, {"whisper_live_port": 19090}),
        (9091, {"whisper_live_health_port": 19091}),
    ],
)
def test_the_port_of_the_host_is_kept_free_for_the_gateway(
    monkeypatch: pytest.MonkeyPatch, port: int | None, moved: dict[str, int]
) -> None:
    before = read(monkeypatch, **GOOD, **({} if port is None else {"PORT": str(port)}))
    after, lines = settle_ports(before)
    assert after == before.model_copy(update=moved)
    assert len(lines) == len(moved)


def test_the_host_cannot_take_the_admin_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="PORT: 8057"):
        settle_ports(read(monkeypatch, **GOOD, PORT="8057"))
