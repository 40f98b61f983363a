import json
import subprocess
import sys
from pathlib import Path

import pytest

from vexa.programs import PROGRAMS
from vexa.supervision.account import BOT_MANAGER, SERVICE
from vexa.supervision.environment import Paths, Secrets, Stores, program_environment
from vexa.supervision.preload import LIGHT_PROGRAMS
from vexa.supervision.settings import UpSettings
from vexa.supervision.shared_start import is_light

PACKAGES = [f"vexa.{name.replace('-', '_')}" for name in PROGRAMS.names]
SCRIPT = """
import json, os, sys
from importlib import import_module
from vexa.supervision.account import BOT_MANAGER, SERVICE
from vexa.supervision.preload import preload
assert preload() is None
before = set(sys.modules)
for name in sys.argv[1:]:
    import_module(name)
print(json.dumps([sorted(before), sorted(set(sys.modules) - before)]))
"""


def loaded(*then: str) -> tuple[set[str], set[str]]:
    """What is loaded in advance, and what more the modules load."""
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, *then], capture_output=True, text=True, check=True
    )
    before, more = json.loads(result.stdout)
    return set(before), set(more)


def test_nothing_of_a_program_is_loaded_for_the_others() -> None:
    before, _ = loaded()
    for name in before:
        assert not any(f"{name}.".startswith(f"{package}.") for package in PACKAGES), name


def test_what_all_light_programs_load_is_loaded_in_advance() -> None:
    more = [loaded(f"vexa.{name.replace('-', '_')}.main")[1] for name in LIGHT_PROGRAMS]
    assert set.intersection(*more) == set()


@pytest.mark.parametrize("program", LIGHT_PROGRAMS)
def test_only_a_plain_start_of_a_light_program_is_forked(program: str) -> None:
    start = [sys.executable, "-m", "vexa", program]
    for account in (None, SERVICE, BOT_MANAGER):
        prefix = [] if account is None else account.prefix
        assert is_light([*prefix, *start], account)
        assert not is_light(["nice", *prefix, *start], account)
        assert not is_light([*prefix, "/usr/bin/python3", *start[1:]], account)
        assert not is_light([*prefix, *start, "--help"], account)
        assert not is_light([*prefix, *start[:3], "whisperlive"], account)
    assert not is_light([*SERVICE.prefix, *start], None)
    assert not is_light([*SERVICE.prefix, *start], BOT_MANAGER)
    assert not is_light(start, SERVICE)


@pytest.mark.parametrize(
    ("share", "module"),
    [(True, "vexa.supervision.shared_start"), (False, "supervisor.supervisord")],
)
def test_sharing_can_be_turned_off(share: bool, module: str, tmp_path: Path) -> None:
    environment = program_environment(
        {},
        UpSettings(vexa_share_memory=share),
        Paths(tmp_path, tmp_path, tmp_path, tmp_path),
        Stores("sqlite://", "unix:///x", None),
        Secrets("a", "b"),
        99,
    )
    assert environment["VEXA_SUPERVISORD"] == module
