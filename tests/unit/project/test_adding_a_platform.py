"""A made-up platform, added to a copy of the source by doing what docs/adding/platform.md says."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vexa.platforms.description import PlatformDescription
from vexa.simulator.doubles import Double
from vexa.simulator.page_files import SHARED

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "adding" / "platform.md").read_text()
#: Code of the page: where it goes, and the list that it is a line of, if it is no whole file.
CODE = re.compile(r"```python\n# (src/vexa/\S+?\.py)(?:, in (\w+))?\n(.*?)```", re.DOTALL)
#: The last entry of each list.
LAST_OF = {
    "PlatformName": re.compile(r"class PlatformName\(StrEnum\):.*?\n(?=\n\n)", re.DOTALL),
    "DOUBLES": re.compile(r"\nDOUBLES: .*?\n(?=    \},\n)", re.DOTALL),
}
#: What the page leaves to whoever knows the product, as little of it as goes.
OWN = {
    "platforms/parley/__init__.py": "",
    "platforms/parley/platform.py": """
from vexa.platforms.base import Judgement, Stage
from vexa.platforms.defaults import PlatformDefaults

class Parley(PlatformDefaults):
    hosts = frozenset({"parley.example.org"})
    probes = {}
    def judge_stay(self, view):
        return Judgement(Stage.OVER if "over" in view.text else Stage.IN_MEETING)
""",
    "simulator/parley/__init__.py": "",
    "simulator/parley/options.py": """
from typing import Literal
from pydantic import Field
from vexa.simulator.meetings import MeetingOptions

class ParleyOptions(MeetingOptions):
    platform: Literal["parley"] = "parley"
    native_id: str = Field(pattern=r"^r-[0-9]{5}$")
""",
    "simulator/parley/wire.py": """
def device_ids(source):
    return lambda number: f"device-{number}"

class ParleyWire:
    def __init__(self, meeting):
        self.meeting = meeting
    def people_changed(self, changed): ...
    def chatted(self, line): ...
    def spoke(self, participant, is_on): ...
""",
    "simulator/parley/pages.py": """
from fastapi import APIRouter

SIGN_IN_PATH = "/sign-in"

def build_page_router(find):
    router = APIRouter()
    @router.get("/{room}")
    async def page(room: str) -> bool:
        return find(room) is not None
    return router
""",
}
#: Asks the copy; prints what it says as JSON.
QUESTIONS = """
import json, random, sys
import typer
from typer.testing import CliRunner
from vexa.api_gateway.parameters import PATH
from vexa.bot_manager.bot_requests import read_request
from vexa.cli import app
from vexa.commands.simulate.meeting import check_id
from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.errors import VexaError
from vexa.contracts.http.bots import MeetingCreate
from vexa.platforms.links import parse_link
from vexa.platforms.registry import PLATFORMS, meeting_key
from vexa.simulator import doubles

BY_ID = {"platform": "parley", "native_meeting_id": " r-12345 "}

def asked(**body):
    try:
        wanted = read_request(MeetingCreate.model_validate(body), AutomaticLeave(), frozenset())
    except VexaError as refused:
        return [refused.fields.get("field"), refused.detail]
    address = wanted.address
    return [address.platform, address.native_id, address.join_url, address.passcode]

def refused_by_simulate(native_id):
    try:
        check_id("parley", native_id)
    except typer.BadParameter as refused:
        return str(refused)

no_such = CliRunner().invoke(app, ["simulate", "--platform", "webex"], env={"COLUMNS": "200"})
double = doubles.DOUBLES.load("parley")
made_up = double.made_up_id(random.Random(1))
print(json.dumps({
    "by_id": asked(**BY_ID, passcode="s3cret"),
    "by_link": asked(meeting_url="Join: <https://parley.example.org/r-12345>"),
    "alone": asked(meeting_url="R-12345"),
    "both": asked(meeting_url="https://parley.example.org/r-12345", **BY_ID),
    "bad_id": asked(platform="parley", native_meeting_id="12345"),
    "bad_link": asked(meeting_url="https://parley.example.org/about"),
    "other_link": asked(meeting_url="https://example.org/r-12345"),
    "account": asked(**BY_ID, authenticated=True),
    "key": meeting_key("parley", " r-12345 ").native_id,
    "documented": PATH["platform"]["enum"],
    "knows_pages": "vexa.platforms.parley.platform" in sys.modules,
    "adapter": type(PLATFORMS.load("parley").adapter()).__name__,
    "choices": no_such.output,
    "made_up": made_up,
    "takes_made_up": refused_by_simulate(made_up),
    "refuses": refused_by_simulate("12345"),
    "certified": "parley.example.org" in doubles.all_hosts(),
    "person_url": doubles.person_url("http://127.0.0.1:9", made_up, "parley"),
}))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy with the platform says."""
    source = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src" / "vexa", source / "vexa")
    for name, text in OWN.items():
        (source / "vexa" / name).parent.mkdir(exist_ok=True)
        (source / "vexa" / name).write_text(text)
    for path, in_list, code in CODE.findall(PAGE):
        _add(source / Path(path).relative_to("src"), in_list, code)
    asked = subprocess.run(
        [sys.executable, "-c", QUESTIONS],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr
    answer: dict[str, Any] = json.loads(asked.stdout)
    return answer


def _add(file: Path, in_list: str, code: str) -> None:
    if not in_list:
        assert not file.exists(), f"{file} is there already: the page may only add files"
        file.write_text(code)
        return
    text = file.read_text()
    [last] = LAST_OF[in_list].finditer(text)
    file.write_text(text[: last.end()] + code + text[last.end() :])


def test_the_page_adds_one_name_one_line_for_the_double_and_new_files() -> None:
    lines = [(path, in_list) for path, in_list, _code in CODE.findall(PAGE) if in_list]
    assert lines == [
        ("src/vexa/contracts/meeting.py", "PlatformName"),
        ("src/vexa/simulator/doubles.py", "DOUBLES"),
    ]


def test_bots_are_sent_by_its_ids_and_links(said: dict[str, Any]) -> None:
    url = "https://parley.example.org/r-12345"
    assert said["by_id"] == ["parley", "r-12345", url, "s3cret"]
    for way in ("by_link", "alone", "both"):
        assert said[way] == ["parley", "r-12345", url, None], way
    assert said["key"] == "r-12345"
    room = "Parley room must be 'r-' and 5 digits"
    assert said["bad_id"] == ["native_meeting_id", room]
    assert said["bad_link"] == ["meeting_url", room]
    assert "Jitsi, Microsoft Teams, Parley and Zoom" in said["other_link"][1]
    assert said["account"][0] == "authenticated"
    assert "no accounts in parley meetings" in said["account"][1]
    assert "parley" in said["documented"]
    assert said["knows_pages"] is False
    assert said["adapter"] == "Parley"


def test_simulate_offers_it(said: dict[str, Any]) -> None:
    assert "'parley'" in said["choices"]
    assert re.fullmatch(r"r-[0-9]{5}", said["made_up"])
    assert said["takes_made_up"] is None
    assert said["refuses"] == "'12345' is no id of parley; allowed: 'r-' and 5 digits"
    assert said["certified"] is True
    assert said["person_url"] == f"http://parley.localhost:9/{said['made_up']}"


@pytest.mark.parametrize("described", [PlatformDescription, Double])
def test_the_page_names_every_field(described: Any) -> None:
    rows = "".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert [
        field.name for field in dataclasses.fields(described) if f"`{field.name}`" not in rows
    ] == []


def test_the_page_names_every_shared_script() -> None:
    assert [script.name for script in SHARED.iterdir() if f"`{script.name}`" not in PAGE] == []
