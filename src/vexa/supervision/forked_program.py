"""A program in a process that was forked and not executed anew."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from vexa.programs import run_program
from vexa.supervision.account import Account
from vexa.supervision.settings import replace_environment

#: prctl(2): PR_SET_NAME.
_SET_NAME = 15
#: proc(5): fields 48 and 49 of /proc/PID/stat, counted from the third, which follows the name.
_ARG_START, _ARG_END = 45, 46


def become_program(
    command: Sequence[str], environment: Mapping[str, str], account: Account | None = None
) -> NoReturn:
    """Be this process from now on as if it had executed the command; end it with its exit code.

    Nothing of the parent's is freed here: an object of it that closes a descriptor would close one
    of the program's with the same number. So the caller's objects must stay referenced.

    Args:
        command: `PYTHON -m vexa PROGRAM`.
        environment: the program's whole environment.
        account: what this process, of root's, turns into first; None: it stays what it is.
    """
    with _LastWords():
        gc.freeze()
        _forget_signal_handlers()
        replace_environment(environment)
        sys.argv[:] = [command[0], command[-1]]
        _show_command(command)
        if account is not None:
            account.take()
        run_program(command[-1])
    raise AssertionError("the process has ended")


class _LastWords:
    """Ends the process behind the block, as the interpreter would, whatever comes out of it."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> NoReturn:
        try:
            code = _exit_code(kind, exc, trace)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        finally:
            # standard output is gone
            os._exit(1)


def _forget_signal_handlers() -> None:
    """Restore what a new interpreter has; handlers do not survive an exec either."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _exit_code(
    kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
) -> int:
    if kind is None or exc is None:
        return 0
    if isinstance(exc, SystemExit) and (exc.code is None or isinstance(exc.code, int)):
        return (exc.code or 0) & 0xFF
    if isinstance(exc, SystemExit):
        sys.stderr.write(f"{exc.code}\n")
    else:
        sys.excepthook(kind, exc, trace)
    return 1


def _show_command(command: Sequence[str]) -> None:
    """Write the command over the one that `ps` shows, if it fits; the name `top` shows, too."""
    ctypes.CDLL(None).prctl(_SET_NAME, command[-1].encode()[:15], 0, 0, 0)
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
    text = b"".join(os.fsencode(word) + b"\0" for word in command)
    if 0 < len(text) <= end - start:
        ctypes.memset(start, 0, end - start)
        ctypes.memmove(start, text, len(text))
