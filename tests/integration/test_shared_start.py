"""Light programs that are forked and not executed: each as good as one that was."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.programs import Programs
from tests.support.supervised import SHARING, Supervised, supervised, until
from vexa.storage.migrate import migrate

NAME = "admin-api"
COMMAND = [sys.executable, "-m", "vexa", NAME]


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    url = f"sqlite+aiosqlite:///{tmp_path / 'vexa.db'}"
    asyncio.run(migrate(url))
    return Programs(url, "redis://127.0.0.1:1", tmp_path)


@pytest.fixture
def server(programs: Programs, tmp_path: Path) -> Iterator[Supervised]:
    with supervised(programs, [NAME], tmp_path) as running:
        yield running


def sizes_kib(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def opened(pid: int, above: int) -> set[str]:
    """What a process has open, as far as its name says which one it is."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        if int(entry.name) > above:
            found.add(os.readlink(entry))
    return {name for name in found if not name.startswith(("anon_inode:", "/dev/"))}


def command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


def test_a_program_shares_its_memory_and_nothing_else(server: Supervised) -> None:
    pid = server.pids()[NAME]
    sizes = sizes_kib(pid)
    assert sizes["Private_Dirty"] + sizes["Private_Clean"] < sizes["Rss"] / 2
    assert command_of(pid) == COMMAND
    assert Path(f"/proc/{pid}/comm").read_text().strip() == NAME
    assert opened(pid, above=2).isdisjoint(opened(server.pid, above=-1))
    assert os.readlink(f"/proc/{pid}/exe") == os.readlink(f"/proc/{server.pid}/exe")


def test_metrics_are_the_programs_own(server: Supervised, programs: Programs) -> None:
    text = httpx2.get(programs.url(NAME) + "/metrics").text
    assert "vexa_http_request_seconds" in text
    assert "vexa_collector" not in text
    assert "vexa_bots" not in text


def test_a_killed_program_comes_back_and_ends_by_the_signal(
    server: Supervised, programs: Programs
) -> None:
    first = server.pids()[NAME]
    os.kill(first, signal.SIGKILL)
    until(lambda: server.pids()[NAME] not in {0, first}, lambda: server.log)
    until(lambda: programs.answers(NAME), lambda: server.log)
    assert command_of(server.pids()[NAME]) == COMMAND
    server.stop()
    assert f"stopped: {NAME} (terminated by SIGTERM)" in server.log
    assert f"exited: {NAME} (terminated by SIGKILL; not expected)" in server.log


def test_a_wrong_setting_ends_with_its_exit_code(programs: Programs, tmp_path: Path) -> None:
    environment = {**os.environ, **programs.environment, "VEXA_SUPERVISORD": SHARING}
    server = Supervised({**environment, "LOG_LEVEL": "loud"}, [NAME], tmp_path)
    server.start()
    try:
        until(lambda: "not expected" in server.log, lambda: server.log)
    finally:
        server.stop()
    assert f"exited: {NAME} (exit status 78; not expected)" in server.log
    assert "vexa: LOG_LEVEL" in (tmp_path / f"{NAME}.log").read_text()


def test_what_may_not_be_forked_is_executed(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    (tmp_path / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with supervised(programs, [NAME], tmp_path) as server:
        assert "programs share no memory: 2 threads run" in server.log
        assert Path(f"/proc/{server.pids()[NAME]}/comm").read_text().strip() != NAME


def test_the_environment_is_the_one_given(programs: Programs) -> None:
    script = (
        "import json, os, sys\n"
        "from vexa.supervision.forked_program import become_program\n"
        "os.environ['LOG_LEVEL'] = 'loud'\n"
        "if os.fork() == 0:\n"
        "    become_program(json.loads(sys.argv[1]), json.loads(sys.argv[2]))\n"
        "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))"
    )
    given = {"ADMIN_API_PORT": "none"}
    result = subprocess.run(
        [sys.executable, "-c", script, json.dumps(COMMAND), json.dumps(given)],
        env={**os.environ, **programs.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 78
    assert "ADMIN_API_PORT" in result.stderr
    assert "LOG_LEVEL" not in result.stderr
