"""Memory and processor time of processes, as Linux counts them."""

from __future__ import annotations

import contextlib
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from vexa.bot_manager.orchestrators.base import BotHandle
from vexa.bot_manager.orchestrators.process_tree import bot_processes

CHROMIUM, NODE, PYTHON, DISPLAY = "Chromium", "Node driver", "Python", "Display server"
PARTS = (CHROMIUM, NODE, PYTHON, DISPLAY)
_TICKS_S = os.sysconf("SC_CLK_TCK")


def pss_mib(pid: int) -> float:
    """Return a process's proportional set size, MiB: memory shared by n counts as 1/n."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, user and system, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


@dataclass
class BotProcesses:
    """The processes of one bot, by part."""

    pids: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def find(handle: BotHandle) -> BotProcesses:
        """Look for them, wherever they are in the process tree."""
        found = BotProcesses()
        for process in bot_processes(handle.connection_id):
            with contextlib.suppress(OSError):
                found.pids[process.pid] = _part_of(process.pid, handle.pid)
        return found

    def pss(self) -> dict[str, float]:
        """MiB by part."""
        total: dict[str, float] = defaultdict(float)
        for pid, part in self.pids.items():
            # a process may have ended since
            with contextlib.suppress(OSError):
                total[part] += pss_mib(pid)
        return total

    def cpu(self) -> dict[int, float]:
        """Processor seconds so far, by process."""
        used: dict[int, float] = {}
        for pid in self.pids:
            with contextlib.suppress(OSError):
                used[pid] = cpu_s(pid)
        return used


def _part_of(pid: int, bot_pid: int) -> str:
    if pid == bot_pid:
        return PYTHON
    program = Path(os.readlink(f"/proc/{pid}/exe"))
    if program.name == "Xvfb":
        return DISPLAY
    return NODE if "playwright" in str(program) else CHROMIUM


class CpuWindow:
    """Processor time of a bot from now on."""

    def __init__(self, processes: BotProcesses) -> None:
        self._processes = processes
        self._started_s = time.monotonic()
        self._before = processes.cpu()

    def percent(self) -> dict[str, float]:
        """Per cent of one core by part, since the window opened."""
        elapsed_s = time.monotonic() - self._started_s
        share: dict[str, float] = defaultdict(float)
        for pid, used_s in self._processes.cpu().items():
            part = self._processes.pids[pid]
            share[part] += 100 * (used_s - self._before[pid]) / elapsed_s
        return share


class OtherWindow:
    """Processor time of a process that belongs to no bot, from now on."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._started_s = time.monotonic()
        self._before_s = cpu_s(pid)

    def percent(self) -> float:
        """Per cent of one core since the window opened."""
        used_s = cpu_s(self._pid) - self._before_s
        return 100 * used_s / (time.monotonic() - self._started_s)
