"""Shared by the image's tests: the docker command, the model's cache, and what is measured."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.image.engine import Docker
from tests.integration.test_whisperlive_model import hub_folder
from vexa.demo.speech import Recording, read_recordings
from vexa.simulator.flite import write_flite_speech
from vexa.whisperlive.models import find_model

MODEL = "tiny.en"


def make_models_volume(cache: Path) -> str:
    """Put a model into `cache` as its hub's client keeps it; return the volume for `docker run`."""
    packaged = find_model(MODEL, cache, None).folder
    shutil.copytree(packaged, hub_folder(cache / "hub", MODEL))
    return f"{cache}:/root/.cache/huggingface"


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Docker:
    return Docker(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def measured() -> Iterator[dict[str, Any]]:
    """What the report shows; kept where the command that runs the tests wants it."""
    found: dict[str, Any] = {}
    yield found
    if path := os.environ.get("VEXA_IMAGE_MEASURED"):
        Path(path).write_text(json.dumps(found))


@pytest.fixture(scope="session")
def models_volume(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The volume of the document, holding a model."""
    return make_models_volume(tmp_path_factory.mktemp("models") / "huggingface")


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """Human speech where SPEECH names some, else flite's voices."""
    if speech := os.environ.get("SPEECH"):
        return read_recordings(Path(speech))
    folder = tmp_path_factory.mktemp("flite")
    write_flite_speech(folder)
    return read_recordings(folder)


@pytest.fixture(scope="session")
def like_docker(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A seccomp profile that refuses user namespaces, as Docker's default one does.

    Made from podman's: `unshare`, `setns` and `clone3` are taken out (Docker gives them to
    CAP_SYS_ADMIN alone), and `clone` may not make namespaces (Docker's mask: every CLONE_NEW*).
    """
    profile = json.loads(Path("/usr/share/containers/seccomp.json").read_text())
    for rule in profile["syscalls"]:
        rule["names"] = [
            name
            for name in rule["names"]
            if name not in {"clone", "clone3", "unshare", "setns", "mount", "umount2"}
        ]
    profile["syscalls"] = [rule for rule in profile["syscalls"] if rule["names"]]
    mask = {"index": 0, "value": 0x7E020000, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    profile["syscalls"] += [
        {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [mask]},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
        {"names": ["unshare", "setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
    ]
    path = tmp_path_factory.mktemp("seccomp") / "docker.json"
    path.write_text(json.dumps(profile))
    return f"seccomp={path}"


@pytest.fixture(autouse=True)
def not_on_a_busy_display() -> None:
    """The container's display is an abstract socket of this network namespace too."""
    result = subprocess.run(["ss", "-xl"], capture_output=True, text=True)
    assert "@/tmp/.X11-unix/X99" not in result.stdout, "an earlier container is still there"
