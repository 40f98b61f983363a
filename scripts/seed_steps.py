"""What each command and each row of the deployment document must do."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import httpx2

from scripts.seed_document import Command, Document, Row
from tests.image import promises
from tests.image.engine import ROOT, Container, Docker, wait_for
from vexa.contracts.errors import EngineUnavailable
from vexa.whisperlive.models import find_model

NAME = "vexa"
_KEY = re.compile(r"vx_abc123\.*")
#: The document calls the admin token by two names.
_ADMIN_TOKENS = ("your-admin-token", "your-secret-admin-token")
_FILLED_IN = re.compile(r'(?:-e )?([A-Z_]+)="([^"]+)"')
_BUILD_S = 3600
_FOLLOW_S = 5


class Steps:
    """Runs the commands one after another; remembers what a reader would remember."""

    def __init__(self, docker: Docker, flags: str, volume: str, variables: dict[str, str]) -> None:
        self._docker = docker
        self._flags = flags
        self._volume = volume
        self._variables = variables
        self._known: dict[str, str] = {}
        self._key = "vx_none"

    @property
    def container(self) -> Container:
        """The running one."""
        return Container(self._docker, NAME)

    def run(self, command: Command) -> str | None:
        """Run one command; return what is wrong with its result, or None."""
        text = self._filled_in(command.text)
        for beginning, check in self._checks():
            if text.startswith(beginning):
                return check(text)
        return "nobody has said what this command must do"

    def clear(self) -> None:
        """End the container."""
        self.container.remove()

    def run_with_variables(self) -> str | None:
        """Start the server with the document's separate variables in place of its URLs."""
        environment = {**self._variables, "ADMIN_API_TOKEN": promises.ADMIN_TOKEN}
        flags = f"{self._flags} {self._models()}"
        Container.start(self._docker, NAME, environment, *flags.split())
        promises.wait_until_ready(self.container)
        return None

    def _checks(self) -> list[tuple[str, Callable[[str], str | None]]]:
        return [
            ("docker build", lambda text: _failed(self._shell(text, _BUILD_S))),
            ("docker run", self._run),
            ("docker logs -f", self._follow),
            ("docker exec vexa supervisorctl status", self._status),
            ("docker exec vexa supervisorctl restart", self._restart),
            ("docker", self._prints),
            ("curl", self._curl),
        ]

    def _shell(self, text: str, timeout_s: float = 120) -> CompletedProcess[str]:
        own = "" if self._volume in text else self._models()
        return self._docker.shell(text, timeout_s=timeout_s, flags=f"{self._flags} {own}")

    def _models(self) -> str:
        return f"-v {self._volume}:/root/.cache/huggingface"

    def _filled_in(self, text: str) -> str:
        text = _KEY.sub(self._key, text)
        for name, value in _FILLED_IN.findall(text):
            if value == "...":
                text = text.replace(f'{name}="..."', f'{name}="{self._known.get(name, "")}"')
            elif text.startswith("docker run"):
                self._known[name] = value
        token = self._known.get("ADMIN_API_TOKEN", "")
        if text.startswith("curl") and token:
            text = text.replace(_ADMIN_TOKENS[0], token)
        return text

    def _run(self, text: str) -> str | None:
        self.clear()
        if f"--name {NAME}" not in text:
            text = text.replace("docker run -d", f"docker run -d --name {NAME}", 1)
        if problem := _failed(self._shell(text)):
            return problem
        model = re.search(r"WHISPER_MODEL_SIZE=(\S+)", text)
        if model is None:
            promises.wait_until_ready(self.container)
            return None
        # a model that this machine does not have: the server is up and says so
        wait_for(lambda: model.group(1) in self._model_problem(), 60, "problem of the model")
        return None

    def _model_problem(self) -> str:
        try:
            return httpx2.get("http://127.0.0.1:9091/readyz", trust_env=False).text
        except httpx2.HTTPError:
            return ""

    def _follow(self, text: str) -> str | None:
        result = self._shell(f"timeout {_FOLLOW_S} {text}")
        return None if result.returncode == 124 and result.stdout else "did not follow"

    def _status(self, text: str) -> str | None:
        result = self._shell(text)
        wanted = {f"vexa-core:{name}" for name in promises.CORE}
        if text.split()[-1] != "status":
            wanted = {text.split()[-1]}
        shown = {line.split()[0] for line in result.stdout.splitlines() if " RUNNING " in line}
        return None if shown == wanted else result.stdout + result.stderr

    def _restart(self, text: str) -> str | None:
        result = self._shell(text)
        program = text.split()[-1]
        if result.stdout != f"{program}: stopped\n{program}: started\n":
            return result.stdout + result.stderr
        promises.wait_until_ready(self.container)
        return None

    def _prints(self, text: str) -> str | None:
        result = self._shell(text)
        return _failed(result) or (None if result.stdout.strip() else "printed nothing")

    def _curl(self, text: str) -> str | None:
        result = self._shell(text)
        try:
            body = json.loads(result.stdout)
        except json.JSONDecodeError:
            return result.stdout + result.stderr
        self._key = body.get("api_key", self._key)
        if "/users" in text:
            good = body.get("api_key", "").startswith("vx_") and body["email"] in text
        elif "/transcripts" in text:
            good = body.get("native_meeting_id") == "abc-defg-hij" and "segments" in body
        else:
            good = body.get("status") == "requested" and body["platform"] == "google_meet"
        return None if good else json.dumps(body)


def _failed(result: CompletedProcess[str]) -> str | None:
    return None if result.returncode == 0 else (result.stdout + result.stderr)[-2000:]


def check_rows(document: Document, steps: Steps) -> list[str]:
    """Check addresses, tables and separate variables; return what does not hold."""
    failed = [address for address in document.addresses if not _is_documented(address)]
    failed += [f"{row.heading}: {row.name}" for row in document.rows if not _holds(row, steps)]
    if document.variables and steps.run_with_variables() is not None:
        failed.append("separate variables")
    return failed


def _is_documented(address: str) -> bool:
    try:
        return "swagger" in httpx2.get(address, trust_env=False).text.lower()
    except httpx2.HTTPError:
        return False


def _holds(row: Row, steps: Steps) -> bool:
    if row.column == "Variable":
        return f"| `{row.name}` |" in (ROOT / "docs" / "settings.md").read_text()
    if row.column == "Model":
        return _is_model(row.name)
    if row.column == "Volume":
        path = row.cells[1].strip("`")
        return steps.container.run("test", "-d", path).returncode == 0
    if row.column == "File":
        # a file of the document has ours beside it in our own page
        page = (ROOT / "docker" / "monolithic" / "README.md").read_text()
        return (ROOT / row.name).exists() or f"`{row.name}`" in page
    return True


def _is_model(name: str) -> bool:
    with tempfile.TemporaryDirectory() as cache:
        try:
            find_model(name, Path(cache), None, may_download=False)
        except EngineUnavailable as exc:
            return "no model is called" not in exc.detail
    return True
