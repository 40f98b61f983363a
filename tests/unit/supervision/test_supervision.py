import configparser
import os
import socket
import stat
from importlib.resources import files
from pathlib import Path

import pytest

from vexa.contracts.errors import ConfigurationError
from vexa.programs import PROGRAMS
from vexa.supervision import display, preflight, redis_server
from vexa.supervision.environment import Paths, Secrets, Stores, program_environment
from vexa.supervision.ports import settings_with_free_ports
from vexa.supervision.secrets import load_or_make_secret
from vexa.supervision.settings import UpSettings

SIX = {
    "admin-api",
    "api-gateway",
    "bot-manager",
    "transcription-collector",
    "whisperlive",
    "xvfb",
}


@pytest.fixture
def config() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read(str(files("vexa.supervision") / "supervisord.conf"))
    return parser


def test_the_core_group_shows_exactly_the_six(config: configparser.RawConfigParser) -> None:
    assert set(config["group:vexa-core"]["programs"].split(",")) == SIX
    assert set(PROGRAMS.names) - {"bot"} == SIX - {"xvfb"}


def test_every_variable_of_the_configuration_is_provided(
    config: configparser.RawConfigParser, tmp_path: Path
) -> None:
    text = "\n".join(value for section in config.sections() for value in config[section].values())
    used = {part.split(")")[0] for part in text.split("%(ENV_")[1:]}
    environment = program_environment(
        {},
        UpSettings(),
        Paths(tmp_path, tmp_path, tmp_path, tmp_path),
        Stores("sqlite://", "unix:///x", None),
        Secrets("a", "b"),
        99,
    )
    assert used <= set(environment)


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = load_or_make_secret(folder, "token")
    assert load_or_make_secret(folder, "token") == first
    assert load_or_make_secret(folder, "other") != first
    assert len(first) >= 32
    assert stat.S_IMODE((folder / "token").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_taken_port_is_named_with_its_variable() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = settings_with_free_ports()
        preflight.check_ports(settings)
        with pytest.raises(ConfigurationError, match=rf"API_GATEWAY_PORT: port {port} is in use"):
            preflight.check_ports(settings.model_copy(update={"api_gateway_port": port}))


def test_a_missing_tool_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"Xvfb.*chromium"):
        preflight.check_tools(None)


def test_a_display_in_use_is_refused_by_number(tmp_path: Path) -> None:
    lock = Path("/tmp/.X187-lock")
    lock.write_text(f"{os.getpid():>10}\n")
    try:
        with pytest.raises(ConfigurationError, match="VEXA_DISPLAY: display :187 is in use"):
            display.choose_display(187)
    finally:
        lock.unlink()
    assert display.choose_display(187) == 187


def test_a_redis_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="VEXA_REDIS_SERVER"):
        redis_server.find_redis_server(tmp_path / "none", tmp_path)


def test_debians_redis_tools_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "redis-check-rdb").write_text("#!/bin/sh\n")
    (tools / "redis-check-rdb").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    found = redis_server.find_redis_server(None, tmp_path)
    assert found.name == "redis-server"
    assert found.resolve() == tools / "redis-check-rdb"
