"""`vexa up` as a newcomer runs it: one command, one folder, Ctrl-C."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil

from tests.e2e.test_whole_server import processes_of
from vexa.supervision.ports import settings_with_free_ports
from vexa.supervision.preflight import port_variables
from vexa.supervision.preload import LIGHT_PROGRAMS

PORTS = (
    "ADMIN_API_PORT",
    "API_GATEWAY_PORT",
    "BOT_MANAGER_PORT",
    "TRANSCRIPTION_COLLECTOR_PORT",
)
READY = "Ctrl-C ends everything."


def environment(home: Path) -> dict[str, str]:
    names = ("PATH", "HOME", "LANG")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    ports = port_variables(settings_with_free_ports())
    return {
        **kept,
        **{name: str(port) for name, port in ports.items()},
        "VEXA_HOME": str(home),
        "WHISPER_MODEL_SIZE": "tiny.en",
    }


@contextmanager
def up(variables: dict[str, str]) -> Iterator[str]:
    """Run `vexa up`; yield what it printed until it was ready; end it as Ctrl-C does."""
    command = [sys.executable, "-m", "vexa", "up"]
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if READY in line:
                break
        try:
            yield printed
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            process.wait(60)
    assert process.returncode == 0


def sign_up(variables: dict[str, str], token: str) -> httpx2.Response:
    return httpx2.post(
        f"http://127.0.0.1:{variables['ADMIN_API_PORT']}/users",
        headers={"X-Admin-Token": token},
        json={"email": "someone@example.com"},
        trust_env=False,
    )


def test_everything_starts_ends_and_is_still_there_the_next_time(tmp_path: Path) -> None:
    home = tmp_path / "state"
    variables = environment(home)
    token_file = home / "secrets" / "admin_api_token"
    with up(variables) as printed:
        token = token_file.read_text().strip()
        assert READY in printed
        assert str(token_file) in printed
        assert token not in printed
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
        assert sign_up(variables, token).status_code == 201
    assert processes_of(home) == []
    with up(variables) as printed:
        assert READY in printed
        assert sign_up(variables, token).status_code == 200
    assert processes_of(home) == []


def light_programs(home: Path) -> dict[str, psutil.Process]:
    """Program → its process, of those that share their memory."""
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = [word for word in process.cmdline() if word]
            if process.environ().get("VEXA_HOME") == str(home) and words[1:3] == ["-m", "vexa"]:
                found[words[-1]] = process
    return {name: process for name, process in found.items() if name in LIGHT_PROGRAMS}


def test_light_programs_share_memory_and_come_back(tmp_path: Path) -> None:
    home = tmp_path / "state"
    variables = environment(home)
    with up(variables):
        first = light_programs(home)
        assert set(first) == set(LIGHT_PROGRAMS)
        for process in first.values():
            memory = process.memory_full_info()
            assert memory.uss < memory.rss / 2
        for process in first.values():
            process.kill()
        token = (home / "secrets" / "admin_api_token").read_text().strip()
        deadline_s = time.monotonic() + 90
        while not all(answers(variables[name]) for name in PORTS):
            assert time.monotonic() < deadline_s, "the programs did not come back"
            time.sleep(0.2)
        assert sign_up(variables, token).status_code == 201
        second = light_programs(home)
    assert set(second) == set(LIGHT_PROGRAMS)
    assert not {p.pid for p in first.values()} & {p.pid for p in second.values()}
    assert processes_of(home) == []


def answers(port: str) -> bool:
    try:
        url = f"http://127.0.0.1:{port}/health"
        return httpx2.get(url, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def test_a_port_in_use_is_one_clear_line_and_nothing_is_left(tmp_path: Path) -> None:
    first, second = environment(tmp_path / "first"), environment(tmp_path / "second")
    second["API_GATEWAY_PORT"] = first["API_GATEWAY_PORT"]
    with up(first):
        result = subprocess.run(
            [sys.executable, "-m", "vexa", "up"],
            env=second,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 78
    assert f"API_GATEWAY_PORT: port {first['API_GATEWAY_PORT']} is in use" in result.stderr
    assert "Traceback" not in result.stderr
    assert processes_of(tmp_path / "second") == []
