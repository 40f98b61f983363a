"""A client made by openapi-python-client from our `/openapi.json`, and used as generated."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.whole_server import User

HERE = Path(__file__).parent / "generated"
#: Packages that do not fit our own pins; `scripts/setup.sh dev` puts them beside ours.
BESIDE = Path(sys.prefix) / "beside"
NATIVE_ID = "abc-defg-hij"


def references(value: Any) -> Iterator[str]:
    """Every `$ref` of a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def run(*arguments: str, path: list[Path], **env: str) -> str:
    """Run Python with more folders on its path; return what it printed."""
    search = {"PYTHONPATH": ":".join(str(folder) for folder in path)}
    result = subprocess.run(
        [sys.executable, *arguments], env={**search, **env}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


async def test_a_client_made_from_our_document_works(user: User, tmp_path: Path) -> None:
    assert BESIDE.is_dir(), "run scripts/setup.sh dev"
    document = user.json("GET", "/openapi.json")
    found = set(references(document))
    assert len(found) > 20
    for reference in found:
        assert reference.startswith("#/")
        place: Any = document
        for part in reference[2:].split("/"):
            place = place[part]

    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    said = run(
        *("-m", "openapi_python_client", "generate", "--path", str(file), "--meta", "none"),
        *("--output-path", str(tmp_path / "vexa_api"), "--config", str(HERE / "config.yaml")),
        path=[BESIDE],
    )
    # the generator leaves out, with a warning, what it cannot read
    assert "warning" not in said.lower()
    operations = [
        re.sub("_+", "_", described["operationId"]).strip("_")
        for methods in document["paths"].values()
        for described in methods.values()
    ]
    modules = [file.stem for file in (tmp_path / "vexa_api" / "api").glob("*/*.py")]
    assert set(operations) <= set(modules)

    printed = run(
        *(str(HERE / "use.py"), str(file), user.server.url, NATIVE_ID),
        path=[BESIDE, tmp_path],
        VEXA_API_KEY=user.api_key,
    )
    told = json.loads(printed)
    meeting_id = user.json("GET", "/meetings")["meetings"][0]["id"]
    assert told == {
        "meeting": ["MeetingResponse", meeting_id, NATIVE_ID],
        "running": 1,
        "transcript": ["TranscriptResponse", meeting_id],
        "stopped": 202,
        "refused": 403,
    }
    await user.has_status(meeting_id, "completed")
