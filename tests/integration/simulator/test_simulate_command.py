"""`vexa simulate` as somebody from outside uses it: a process, addresses, a bot of their own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.simulator.conftest import chromium_path

PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"
#: Several times what it takes on a machine that does much else.
READY_S = 150.0


@contextmanager
def simulating(folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """Run the command; yield its line; it ends by itself, well, when told to."""
    line = folder / "simulator.json"
    with line.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "vexa", "simulate", "--json", "--home", str(folder), *options],
            stdout=out,
        )
    try:
        deadline_s = time.monotonic() + READY_S
        while not line.read_text().endswith("\n"):
            assert process.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline_s, "it is not ready"
            time.sleep(0.2)
        yield json.loads(line.read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert len(line.read_text().splitlines()) == 1
    finally:
        process.kill()
        process.wait()


def outsiders_script(folder: Path) -> Path:
    """The bot of docs/simulator.md, with the browser of this machine."""
    (code,) = re.findall(r"```python\n(import json.*?)```", PAGE.read_text(), re.DOTALL)
    browser = chromium_path()
    started = code.replace("launch(", f"launch(executable_path={browser!r}, ")
    script = folder / "outsider.py"
    script.write_text(started)
    return script


def test_the_bot_of_the_documentation_joins_and_is_sent_what_people_say(tmp_path: Path) -> None:
    with simulating(tmp_path, "--people", "Ada, Ben", "--minutes", "1") as known:
        assert known["meeting"]["people"] == ["Ada", "Ben"]
        script = outsiders_script(tmp_path)
        done = subprocess.run(
            [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert re.search(r"^Ada said: .+ - sent to \{'\w+': (1\.0|0\.\d+)\}$", done.stdout, re.M)


def test_a_person_and_the_host_find_their_pages(tmp_path: Path) -> None:
    options = ("--platform", "zoom", "--meeting", "123456789", "--lobby")
    with simulating(tmp_path, *options) as known, httpx2.Client(trust_env=False) as http:
        meeting = known["meeting"]
        assert meeting["url"] == "https://app.zoom.us/wc/123456789/join"
        state = http.get(f"{known['control_url']}/control/meetings/123456789").json()
        assert (state["options"]["access"], state["options"]["platform"]) == ("ask", "zoom")
        port = known["control_url"].rsplit(":", 1)[1]
        for address in (meeting["person_url"], meeting["host_url"]):
            host = httpx2.URL(address).host
            here = address.replace(host, "127.0.0.1")
            assert http.get(here, headers={"Host": f"{host}:{port}"}).status_code == 200
        assert (
            "/control/meetings" in http.get(known["docs_url"].replace("docs", "openapi.json")).text
        )
        certificate = Path(known["ca_file"]).read_text()
        assert certificate.startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize(
    ("options", "named", "allowed"),
    [
        (["--platform", "webex"], "--platform", "google_meet"),
        (["--meeting", "abc"], "--meeting", "abc-defg-hij"),
        (["--meeting", "12", "--platform", "zoom"], "--meeting", "9 to 11 digits"),
        (["--people", "Ada,,Ben"], "--people", "different names"),
        (["--people", "Ada, Ada"], "--people", "different names"),
        (["--speech", "."], "--speech", "--people"),
        (["--people", "Ada", "--speech", "nowhere"], "--speech", "manifest.json"),
        (["--minutes", "0"], "--minutes", "0.1"),
        (["--home", "/dev/null/simulator"], "--home", "folder to write in"),
        (["--control-port", "TAKEN"], "--control-port", "0 takes a free one"),
    ],
)
def test_bad_input_names_the_option_and_what_is_allowed(
    options: list[str], named: str, allowed: str, tmp_path: Path, taken_port: int
) -> None:
    command = [sys.executable, "-m", "vexa", "simulate", "--home", str(tmp_path)]
    given = [str(taken_port) if option == "TAKEN" else option for option in options]
    done = subprocess.run(
        [*command, *given],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"},
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert named in done.stderr
    assert allowed in done.stderr


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
