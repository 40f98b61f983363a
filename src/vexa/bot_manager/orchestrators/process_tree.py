"""Finds every process of a bot, wherever it went in the process tree. Linux's /proc only.

A bot's browser starts sessions and groups of its own, and its crash handlers give themselves to
init; so neither the group nor the parent is enough. A process belongs to a bot when its
environment or its profile folder carries the bot's connection id, or when its parent, its session
leader or its group leader belongs. Chromium overwrites the environment block of its children but
not of its first process (looked at with Chromium 156, November 2026).
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vexa.bot_manager.orchestrators.base import MARK

_PROC = Path("/proc")
#: Chromium passes its profile folder, which lies in the bot's work folder, on to its children.
_PROFILE_OPTION = "--user-data-dir="


@dataclass(frozen=True, slots=True)
class Process:
    """One entry of the process table. `pid` and `started_ticks` name it for good."""

    pid: int
    parent: int
    group: int
    session: int
    started_ticks: int
    is_zombie: bool


def read_process(pid: int) -> Process | None:
    """Return the process with this id, or None when there is none."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # the name is in brackets and may hold anything, so fields count from the last bracket
    fields = stat.rpartition(")")[2].split()
    return Process(
        pid=pid,
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        started_ticks=int(fields[19]),
        is_zombie=fields[0] in {"Z", "X"},
    )


def is_running(pid: int, started_ticks: int) -> bool:
    """Tell whether exactly this process, not a later one with its id, still runs."""
    process = read_process(pid)
    return process is not None and process.started_ticks == started_ticks and not process.is_zombie


def bot_processes(connection_id: str, known: Iterable[Process] = ()) -> list[Process]:
    """Return the running processes of a bot. See `ProcessTable.of`."""
    return ProcessTable.read().of(connection_id, known)


class ProcessTable:
    """All processes of the host at one moment, and what marks them as a bot's."""

    def __init__(self, processes: Mapping[int, Process]) -> None:
        """Read the marks of these processes."""
        self._processes = processes
        self._below: dict[int, list[int]] = {}
        for process in processes.values():
            for above in {process.parent, process.session, process.group} - {process.pid}:
                self._below.setdefault(above, []).append(process.pid)
        self._marked: dict[str, set[int]] = {}
        self._profiles: dict[int, list[str]] = {}
        for pid in processes:
            for mark in _options(pid, "environ", f"{MARK}="):
                self._marked.setdefault(mark, set()).add(pid)
            if folders := _options(pid, "cmdline", _PROFILE_OPTION):
                self._profiles[pid] = folders

    @classmethod
    def read(cls) -> ProcessTable:
        """Read `/proc` once."""
        pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
        read = (read_process(pid) for pid in pids)
        return cls({process.pid: process for process in read if process is not None})

    def of(self, connection_id: str, known: Iterable[Process] = ()) -> list[Process]:
        """Return the running processes of a bot.

        Args:
            connection_id: the bot's mark.
            known: processes seen earlier that belong; those that still run count as marked.
        """
        table = self._processes
        members = self._carrying(connection_id)
        for process in known:
            now = table.get(process.pid)
            if now is not None and now.started_ticks == process.started_ticks:
                members.add(process.pid)
        members.discard(os.getpid())
        new = list(members)
        while new:
            # nothing above a bot can belong to it: a marked process leads its own session
            more = {pid for member in new for pid in self._below.get(member, ())} - members
            members |= more
            new = list(more)
        return [table[pid] for pid in sorted(members) if not table[pid].is_zombie]

    def _carrying(self, connection_id: str) -> set[int]:
        # any other mention of the id, say in a person's pager, is no reason to kill
        by_profile = {
            pid
            for pid, folders in self._profiles.items()
            if any(connection_id in folder for folder in folders)
        }
        return self._marked.get(connection_id, set()) | by_profile


def _options(pid: int, name: str, prefix: str) -> list[str]:
    """Return what follows `prefix` in the strings of a process's file that begin with it."""
    try:
        content = (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return []
    start = prefix.encode()
    if start not in content:
        return []
    strings = content.split(b"\0")
    return [one[len(start) :].decode(errors="replace") for one in strings if one.startswith(start)]


def send_signal(process: Process, number: signal.Signals) -> None:
    """Signal exactly this process; nothing when it has ended."""
    with contextlib.suppress(OSError):
        descriptor = os.pidfd_open(process.pid)
        try:
            if is_running(process.pid, process.started_ticks):
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)
