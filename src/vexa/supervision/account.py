"""Turns a process of root's into one of another account for good: by setpriv, or here."""

from __future__ import annotations

import ctypes
import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Numbers of capabilities (linux/capability.h).
_CAPABILITIES = {"chown": 0, "dac_override": 1, "kill": 5, "setgid": 6, "setuid": 7}
#: _LINUX_CAPABILITY_VERSION_3: sets of 64 bits, in two halves.
_VERSION = 0x20080522
#: prctl(2): PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT and two of its
#: operations, PR_CAP_AMBIENT_RAISE and PR_CAP_AMBIENT_CLEAR_ALL.
_DUMPABLE, _KEEP, _NO_NEW, _AMBIENT, _RAISE, _CLEAR = 4, 8, 38, 47, 2, 4

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """An account that a program runs under.

    Attributes:
        name: of the user; groups are those of the system's tables.
        keeps: capabilities that it keeps; with none of them, `no_new_privs` is set too.
    """

    name: str
    keeps: Sequence[str] = ()

    @property
    def prefix(self) -> list[str]:
        """The command that turns root into this account, and then executes what follows it."""
        keeps = ",".join(["-all", *(f"+{name}" for name in self.keeps)])
        return [
            *("setpriv", f"--reuid={self.name}", f"--regid={self.name}", "--init-groups"),
            *(f"--inh-caps={keeps}", f"--ambient-caps={keeps}"),
            *([] if self.keeps else ["--no-new-privs"]),
            "--",
        ]

    def take(self) -> None:
        """Turn this process, of root's and with one thread, into what `prefix` and an exec make.

        Raises:
            OSError: the system refuses.
            PermissionError: the process is not what it should be.
            KeyError: no such user.
        """
        user = pwd.getpwnam(self.name)
        numbers = [_CAPABILITIES[name] for name in self.keeps]
        mask = sum(1 << number for number in numbers)
        os.initgroups(self.name, user.pw_gid)
        os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
        _prctl(_KEEP, 1 if numbers else 0)
        os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
        _prctl(_KEEP, 0)
        _prctl(_AMBIENT, _CLEAR)
        _set_capabilities(mask)
        for number in numbers:
            _prctl(_AMBIENT, _RAISE, number)
        if not numbers:
            _prctl(_NO_NEW, 1)
        # the change left the process's files in /proc to root; an exec gives them to the account
        _prctl(_DUMPABLE, 1)
        self._check(user, mask)

    def _check(self, user: pwd.struct_passwd, mask: int) -> None:
        wanted = {
            "Uid": [str(user.pw_uid)] * 4,
            "Gid": [str(user.pw_gid)] * 4,
            "Groups": [str(n) for n in sorted(os.getgrouplist(self.name, user.pw_gid))],
            **{name: [f"{mask:016x}"] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")},
            "NoNewPrivs": [str(int(not mask))],
        }
        lines = Path("/proc/self/status").read_text().splitlines()
        status = {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}
        wrong = [name for name, value in wanted.items() if status[name] != value]
        if wrong:
            raise PermissionError(f"{self.name}: not as it should be: {', '.join(wrong)}")


#: Of a program in the image.
SERVICE = Account("vexa")
#: Of bot-manager there: what starting, ending and clearing up after processes of another account
#: takes (capabilities(7)).
BOT_MANAGER = Account("vexa", ("chown", "dac_override", "kill", "setgid", "setuid"))


def _prctl(option: int, first: int, second: int = 0) -> None:
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    if _libc.prctl(option, *arguments) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}, {first}, {second}")


def _set_capabilities(mask: int) -> None:
    """Let effective, permitted and inheritable capabilities be exactly these."""
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    if _libc.capset(header, (ctypes.c_uint32 * 6)(low, low, low, high, high, high)) != 0:
        raise OSError(ctypes.get_errno(), "capset")
