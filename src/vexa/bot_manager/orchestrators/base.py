"""What runs bots: a process on this host, later a container or a cluster job.

An orchestrator knows processes, not meetings: it is given a `BotLaunch` and gives back a handle
that outlives the bot manager, so that a restarted one can take its bots over again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vexa.contracts.bot import BotLaunch

#: Environment variable that marks every process of a bot, its browser's included.
MARK = "VEXA_BOT_CONNECTION_ID"


@dataclass(frozen=True, slots=True)
class BotHandle:
    """Which running thing is a bot.

    Attributes:
        name: as in its log file and in `GET /bots/status`.
        connection_id: session uid of the stay, in the environment of each of its processes.
        pid: process id on this host.
        started_ticks: when that process started, in clock ticks since boot: field 22 of
            `/proc/PID/stat`. A process id may be used again, the pair is not.
    """

    name: str
    connection_id: str
    pid: int
    started_ticks: int


def log_name(bot_name: str) -> str:
    """Return the name of a bot's log file."""
    return f"{bot_name}.log"


@dataclass(frozen=True, slots=True)
class OrchestratorConfig:
    """What every orchestrator is made with.

    Attributes:
        command: what to run for a bot; it reads its launch from standard input.
        logs_dir: folder of one log file for each bot.
        environment: all that a bot gets to see of this process's environment.
        user: name of the account that bots run as; None for the one of this process.
    """

    command: Sequence[str]
    logs_dir: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None


class Orchestrator(Protocol):
    """Starts, watches and ends bots. Every method is safe to call at the same time as others."""

    async def start(self, launch: BotLaunch, name: str) -> BotHandle:
        """Start a bot under `name` and watch it from then on.

        Raises:
            BotStartFailed: nothing was left running.
        """
        ...

    async def adopt(self, handle: BotHandle) -> bool:
        """Watch a bot that an earlier bot manager started; False when it is not running."""
        ...

    async def wait(self, handle: BotHandle) -> int | None:
        """Return as soon as the bot has ended, at once if it has.

        Returns:
            Its exit code, negative for a signal; None when it was adopted, so nobody knows.
        """
        ...

    async def stop(self, handle: BotHandle, *, grace_s: float) -> None:
        """Ask the bot to end, wait `grace_s`, then end it and everything it started.

        With a grace of 0 it is not asked.

        Returns when nothing of it is left. Safe to call twice, and for a bot that has ended.
        """
        ...

    async def sweep(self, handle: BotHandle) -> int:
        """End what a dead bot has left behind, such as its browser; return how many processes."""
        ...

    async def sweep_unknown(self, connection_id: str) -> int:
        """End every process of a bot whose handle was never stored; return how many."""
        ...

    async def aclose(self) -> None:
        """Stop watching. The bots go on."""
        ...
