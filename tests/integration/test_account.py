"""An account taken in the process is the one that setpriv and an exec make."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from vexa.supervision.account import BOT_MANAGER, SERVICE, Account

#: What an account decides of a process, by lines of /proc/PID/status.
DECIDED = ("Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp")
#: On every Debian, with a group of the same name.
NAME = "daemon"
TAKE = """
import os, sys
from vexa.supervision.account import Account
Account(sys.argv[1], sys.argv[2:]).take()
assert os.stat("/proc/self/environ").st_uid == os.getuid()
sys.stdout.write(open("/proc/self/status").read())
"""


def outcome(command: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether it ended well, and the lines of its status that an account decides."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = result.stdout.splitlines()
    return result.returncode == 0, [line for line in lines if line.startswith(DECIDED)]


@pytest.mark.parametrize("keeps", [(), ("chown",), BOT_MANAGER.keeps])
def test_taken_here_is_as_by_setpriv(keeps: Sequence[str]) -> None:
    # who is not root is refused by both
    executed = outcome([*Account(NAME, keeps).prefix, "cat", "/proc/self/status"])
    assert outcome([sys.executable, "-c", TAKE, NAME, *keeps]) == executed


def test_the_programs_accounts_are_those_of_the_image() -> None:
    assert " ".join(SERVICE.prefix) == (
        "setpriv --reuid=vexa --regid=vexa --init-groups --inh-caps=-all --ambient-caps=-all "
        "--no-new-privs --"
    )
    kept = "-all,+chown,+dac_override,+kill,+setgid,+setuid"
    assert " ".join(BOT_MANAGER.prefix) == (
        f"setpriv --reuid=vexa --regid=vexa --init-groups --inh-caps={kept} "
        f"--ambient-caps={kept} --"
    )
