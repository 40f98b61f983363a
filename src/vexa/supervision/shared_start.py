"""supervisord that forks the light programs and runs them without an exec: they share memory.

Run as supervisord is: `python -m vexa.supervision.shared_start -n -c FILE`. Every other program,
and each of them when what they have in common could not be loaded, is executed as ever.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from supervisor import supervisord
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates

from vexa.supervision.account import BOT_MANAGER, SERVICE, Account
from vexa.supervision.forked_program import become_program
from vexa.supervision.preload import LIGHT_PROGRAMS, preload


class _ForkingOptions(ServerOptions):
    """supervisord's options, which are also its way to the system."""

    may_fork = False

    def execve(self, filename: str, argv: list[str], env: Mapping[str, str]) -> None:
        """Become the program, in the child; its descriptors are in place already.

        supervisord's own objects stay referenced by the frames below this one.
        """
        for account in (None, SERVICE, BOT_MANAGER):
            if self.may_fork and is_light(argv, account):
                become_program(argv[-4:], env, account)
        os.execve(filename, argv, env)


def is_light(command: Sequence[str], account: Account | None) -> bool:
    """Whether the command starts a light program with this very interpreter, under the account."""
    *start, program = command
    prefix = [] if account is None else account.prefix
    return start == [*prefix, sys.executable, "-m", "vexa"] and program in LIGHT_PROGRAMS


def main() -> None:
    """Run supervisord until it is told to end; anew when it is told to restart."""
    reason = preload()
    run = cast(Callable[[Any], None], supervisord.go)
    first = True
    while True:
        options = _options(reason)
        options.first = first
        run(options)
        options.close_httpservers()
        options.close_logger()
        first = False
        if options.mood < SupervisorStates.RESTARTING:
            return


def _options(reason: str | None) -> Any:
    options: Any = cast(Callable[[], Any], _ForkingOptions)()
    options.may_fork = reason is None
    options.test = False
    options.realize(None, doc=supervisord.__doc__)
    if reason is not None:
        options.parse_warnings.append(f"programs share no memory: {reason}")
    return options


if __name__ == "__main__":
    main()
