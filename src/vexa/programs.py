"""The programs of the server by name, and how a process ends when one cannot run."""

from __future__ import annotations

import sys
from collections.abc import Callable

from vexa.contracts.errors import EXIT_CONFIGURATION, ConfigurationError, VexaError
from vexa.kit.registry import Registry

#: Program name, as in `supervisorctl status` → what runs it.
PROGRAMS: Registry[Callable[[], None]] = Registry(
    "program",
    {
        "admin-api": "vexa.admin_api.main:run",
        "api-gateway": "vexa.api_gateway.main:run",
        "bot": "vexa.bot.main:run",
        "bot-manager": "vexa.bot_manager.main:run",
        "transcription-collector": "vexa.transcription_collector.main:run",
        "whisperlive": "vexa.whisperlive.main:run",
    },
)

#: Modules of libraries that no program uses, though other libraries load them if they are there:
#: structlog would load rich, for a renderer of terminals; 4 MiB of each process.
_UNUSED = ("rich",)


def leave_out_unused() -> None:
    """Let imports of what no program uses fail, in this process, from now on."""
    for name in _UNUSED:
        sys.modules[name] = None  # type: ignore[assignment]


def run_program(name: str) -> None:
    """Load a program and run it until its end, in this process; as `telling_errors` says."""
    leave_out_unused()
    telling_errors(lambda: PROGRAMS.load(name)())


def telling_errors(run: Callable[[], None]) -> None:
    """Call `run`; end the process on an error of ours, with one clear line.

    A wrong setting exits with 78, another error with 1.
    """
    try:
        run()
    except ConfigurationError as exc:
        sys.stderr.write(f"vexa: {exc.detail}\n")
        sys.exit(EXIT_CONFIGURATION)
    except VexaError as exc:
        sys.stderr.write(f"vexa: {exc.detail}\n")
        sys.exit(1)
