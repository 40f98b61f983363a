import json
import subprocess
import sys

import pytest

from vexa.programs import PROGRAMS
from vexa.supervision.preload import LIGHT_PROGRAMS
from vexa.supervision.shared_start import is_light

PACKAGES = [f"vexa.{name.replace('-', '_')}" for name in PROGRAMS.names]
SCRIPT = """
import json, os, sys
from importlib import import_module
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
    assert is_light(start)
    assert not is_light(["setpriv", "--reuid=vexa", "--", *start])
    assert not is_light(["/usr/bin/python3", *start[1:]])
    assert not is_light([*start, "--help"])
    assert not is_light([*start[:3], "whisperlive"])
