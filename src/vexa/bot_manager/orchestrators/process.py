"""Runs each bot as a process of this host: `python -m vexa bot`, in a session of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from vexa.bot_manager.orchestrators.base import MARK, BotHandle, OrchestratorConfig, log_name
from vexa.bot_manager.orchestrators.exit_watch import ExitWatch
from vexa.bot_manager.orchestrators.process_tree import (
    Process,
    ProcessTable,
    bot_processes,
    read_process,
    send_signal,
)
from vexa.contracts.bot import BotLaunch
from vexa.contracts.errors import BotStartFailed, ConfigurationError
from vexa.kit.tasks import BackgroundTasks

_log = structlog.get_logger(__name__)

#: How often the processes of a living bot are noted, for when their marks cannot be read.
SURVEY_EVERY_S = 5.0
#: A killed process is gone within milliseconds unless it hangs in the kernel.
SWEEP_ROUND_S = 0.05
SWEEP_ROUNDS = 100
#: Number of the capability in linux/capability.h.
_CAP_SETUID = 7


@dataclass(slots=True)
class _Running:
    handle: BotHandle
    watch: ExitWatch
    processes: list[Process] = field(default_factory=list)


class ProcessOrchestrator:
    """Child processes, ended with everything they started, and adopted after a restart."""

    def __init__(self, config: OrchestratorConfig) -> None:
        """Check the account that bots run as.

        Raises:
            ConfigurationError: there is no such account.
        """
        self._config = config
        self._account = _account(config.user)
        self._running: dict[str, _Running] = {}
        self._tasks = BackgroundTasks()
        self._surveying = False

    async def start(self, launch: BotLaunch, name: str) -> BotHandle:
        """See `Orchestrator.start`."""
        try:
            pid = await asyncio.to_thread(self._spawn, launch, name)
        except (OSError, subprocess.SubprocessError) as exc:
            raise BotStartFailed(f"The bot process could not be started: {exc}") from exc
        process = read_process(pid)
        # an own child that ended at once stays as a zombie until its watch has read the exit code
        assert process is not None
        handle = BotHandle(name, launch.connection_id, pid, process.started_ticks)
        self._watch(handle, ExitWatch(os.pidfd_open(pid)))
        return handle

    async def adopt(self, handle: BotHandle) -> bool:
        """See `Orchestrator.adopt`."""
        if handle.connection_id in self._running:
            return True
        watch = ExitWatch.open(handle.pid, handle.started_ticks)
        if watch is None:
            return False
        self._watch(handle, watch)
        return True

    async def wait(self, handle: BotHandle) -> int | None:
        """See `Orchestrator.wait`."""
        running = self._running.get(handle.connection_id)
        return None if running is None else await running.watch.wait()

    async def stop(self, handle: BotHandle, *, grace_s: float) -> None:
        """See `Orchestrator.stop`. Only the bot itself gets SIGTERM, so that it can leave."""
        if grace_s > 0 and await self.adopt(handle):
            process = read_process(handle.pid)
            if process is not None and process.started_ticks == handle.started_ticks:
                send_signal(process, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wait(handle), grace_s)
        await self.sweep(handle)

    async def sweep(self, handle: BotHandle) -> int:
        """See `Orchestrator.sweep`. Ends the bot itself too, if it still runs."""
        running = self._running.get(handle.connection_id)
        known = running.processes if running else []
        count = await _kill_all(handle.connection_id, known)
        if running is not None and running.watch.has_ended:
            # the bot's keeper and whoever ends it may both come here
            self._running.pop(handle.connection_id, None)
        return count

    async def sweep_unknown(self, connection_id: str) -> int:
        """See `Orchestrator.sweep_unknown`."""
        return await _kill_all(connection_id, [])

    async def aclose(self) -> None:
        """See `Orchestrator.aclose`."""
        await self._tasks.aclose()
        for running in self._running.values():
            running.watch.close()
        self._running.clear()

    def _watch(self, handle: BotHandle, watch: ExitWatch) -> None:
        self._running[handle.connection_id] = _Running(handle, watch)
        if not self._surveying:
            self._surveying = True
            self._tasks.spawn("survey of bot processes", self._survey_loop())

    async def _survey_loop(self) -> None:
        while True:
            await asyncio.sleep(SURVEY_EVERY_S)
            table = await asyncio.to_thread(ProcessTable.read)
            for connection_id, running in list(self._running.items()):
                running.processes = table.of(connection_id, running.processes)
                # each walks the whole table: calls of users come in between
                await asyncio.sleep(0)

    def _spawn(self, launch: BotLaunch, name: str) -> int:
        """Start the process, hand it its launch, and return its id; it is a session leader."""
        account = self._account
        self._config.logs_dir.mkdir(parents=True, exist_ok=True)
        log = os.open(
            self._config.logs_dir / log_name(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        try:
            process = subprocess.Popen(
                [*_as_account(account), *self._config.command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=launch.work_dir,
                env=self._environment(launch),
                start_new_session=True,
            )
        finally:
            os.close(log)
        assert process.stdin is not None
        # a bot that dies before it reads is seen by its watch, not here
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(launch.model_dump_json().encode())
        # the exit is read through the pidfd, by whichever bot manager runs then
        process.returncode = 0
        return process.pid

    def _environment(self, launch: BotLaunch) -> dict[str, str]:
        own = {"HOME": launch.work_dir, MARK: launch.connection_id}
        return {**self._config.environment, **own}


def _account(name: str | None) -> pwd.struct_passwd | None:
    if name is None:
        return None
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        raise ConfigurationError(f"BOT_USER: there is no account {name!r}") from None
    if account.pw_uid == os.geteuid():
        return None
    if not _may_change_account():
        raise ConfigurationError(
            "BOT_USER: only root, or a process with CAP_SETUID, can run bots as another account"
        )
    return account


def _may_change_account() -> bool:
    status = Path("/proc/self/status").read_text()
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective.split()[1], 16) >> _CAP_SETUID & 1)


def _as_account(account: pwd.struct_passwd | None) -> list[str]:
    """Return the command that turns into another account for good, and then into a bot.

    A change from one account to another keeps ambient capabilities, so they are put down by name.
    """
    if account is None:
        return []
    identity = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups"]
    nothing_more = ["--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"]
    return ["setpriv", *identity, *nothing_more, "--"]


async def _kill_all(connection_id: str, known: list[Process]) -> int:
    """SIGKILL all processes of a bot until none is left; return how many there were."""
    killed: set[tuple[int, int]] = set()
    for _ in range(SWEEP_ROUNDS):
        found = await asyncio.to_thread(bot_processes, connection_id, known)
        if not found:
            break
        known = [*known, *found]
        for process in found:
            send_signal(process, signal.SIGKILL)
            killed.add((process.pid, process.started_ticks))
        await asyncio.sleep(SWEEP_ROUND_S)
    else:
        _log.error("bot_processes_remain", connection_id=connection_id, count=len(found))
    return len(killed)
