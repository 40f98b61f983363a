"""Memory and processor time of one bot in a simulated meeting with three people speaking.

Run: `python -m tests.bench.bench_bot_cost [seconds]`. Proportional set size and processor time come
from /proc, apart for Chromium, Playwright's Node driver and the bot's own Python. The page is the
double's: the real client needs more, so the figures are lower bounds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import psutil

from tests.support.bot_process import CODE, BotProcess, virtual_display
from tests.support.fake_manager import FakeManager
from tests.support.recording_speech import RecordingSpeech
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

LINE = "The quick brown fox jumps over the lazy dog and runs away from the hunter."
MIB = 1024 * 1024
#: Time for the page to settle after admission, seconds.
SETTLE_S = 5.0


def part_of(process: psutil.Process, bot_pid: int) -> str:
    """Name the part of a bot that a process belongs to."""
    if process.pid == bot_pid:
        return "Python"
    return "Node driver" if "playwright" in process.exe() else "Chromium"


def sample(bot_pid: int) -> tuple[dict[str, float], dict[str, float]]:
    """PSS in MiB and processor seconds so far, by part."""
    pss: dict[str, float] = defaultdict(float)
    cpu_s: dict[str, float] = defaultdict(float)
    root = psutil.Process(bot_pid)
    for process in (root, *root.children(recursive=True)):
        try:
            part = part_of(process, bot_pid)
            pss[part] += process.memory_full_info().pss / MIB
            times = process.cpu_times()
            cpu_s[part] += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return pss, cpu_s


async def measure(seconds: float) -> None:
    """Send a bot, let people talk, print the table."""
    with tempfile.TemporaryDirectory() as name, virtual_display() as display:
        folder = Path(name)
        bot = BotProcess(folder, display)
        async with (
            SimulatorProcess(folder / "simulator") as simulator,
            ControlClient(simulator.control_url) as control,
            FakeManager() as manager,
            RecordingSpeech() as speech,
        ):
            await control.create_meeting(CODE)
            for index, person in enumerate(("Ada", "Bob", "Chris")):
                times = range(0, round(SETTLE_S + seconds) + 5, 6)
                lines = [{"at_s": at + 1.5 * index, "say": LINE} for at in times]
                await control.add_participant(CODE, person, speech=lines)
            await bot.start(simulator, manager, speech)
            await manager.wait_for("active")
            await control.start_clock(CODE)
            await asyncio.sleep(SETTLE_S)
            _, before = sample(bot.pid)
            await asyncio.sleep(seconds)
            pss, after = sample(bot.pid)
            manager.leave.set()
            await bot.ended()
    rows = [(part, pss[part], 100 * (after[part] - before[part]) / seconds) for part in pss]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    print(f"{'part':12} {'PSS MiB':>8} {'CPU %':>6}   load {os.getloadavg()[0]:.1f}")  # noqa: T201
    for part, mib, cpu in rows:
        print(f"{part:12} {mib:8.0f} {cpu:6.1f}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
