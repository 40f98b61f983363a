"""`make kill-test`: kills each process of a running meeting; nothing may be lost.

One simulated meeting with continuous talk. At random moments: SIGKILL of whisperlive, collector,
bot-manager and Redis while one bot stays; SIGKILL and SIGSTOP of the bot, each followed by another
bot. Environment: SPEECH, SEED as for the demo; KILL_ROUNDS (default 1) repeats the first four.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from vexa.contracts.times import parse_iso
from vexa.demo.kill_count import Stay, count_losses
from vexa.demo.screenplay import compose
from vexa.demo.settings import DemoSettings
from vexa.demo.speech import read_recordings
from vexa.demo.stage import Stage, open_stage
from vexa.kit.report import Report
from vexa.kit.settings import load_settings
from vexa.simulator.flite import write_flite_speech
from vexa.supervision.supervisor import Supervisor

SERVICES = ("whisperlive", "transcription-collector", "bot-manager", "redis")
#: Calm before a kill, so that kills do not overlap; a random part is added.
CALM_S, RANDOM_S = 8.0, 6.0
#: A process, or the text after it, must be back by then.
BACK_S = 60.0
HEARTBEAT_TIMEOUT_S = 15
LAST_WORDS_S = 25.0


def say(line: str) -> None:
    """Progress goes to stderr."""
    print(f"kill-test: {line}", file=sys.stderr, flush=True)


class KillTest:
    """One run."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage = stage
        self._dice = random.Random(seed)
        self._supervisor: Supervisor = stage.server.supervisor
        self._stays: list[Stay] = []
        self._transcripts: list[dict[str, Any]] = []
        self.kills = 0
        self.untrue: list[str] = []
        self.back_s: list[float] = []

    async def run(self, rounds: int) -> None:
        """Kill everything in turn."""
        came_s = await self._bot_comes()
        for service in [name for _ in range(rounds) for name in SERVICES]:
            await self._calm()
            await self._kill_service(service)
            body = await self._transcript()
            if body["status"] != "active":
                self.untrue.append(f"{service} killed: meeting is {body['status']}")
        for number, outcome in ((signal.SIGKILL, "bot_crashed"), (signal.SIGSTOP, "bot_hung")):
            await self._calm()
            await self._kill_bot(number, outcome, came_s)
            came_s = await self._bot_comes()
        await self._calm()
        await self._stop_bot(came_s)

    async def _calm(self) -> None:
        await asyncio.sleep(CALM_S + self._dice.uniform(0, RANDOM_S))

    async def _transcript(self) -> dict[str, Any]:
        return await self._stage.client.transcript(self._stage.meeting.code)

    async def _bot_comes(self) -> float:
        await self._stage.bring_bot_in()
        self._stage.watch_again()
        say("bot is in the meeting")
        return time.time()

    async def _kill_service(self, service: str) -> None:
        pid = next(s.pid for s in self._supervisor.states() if s.name == service)
        at_s = time.time()
        os.kill(pid, signal.SIGKILL)
        self.kills += 1
        say(f"killed {service}")
        back_s = await self._wait_for_speech_after(at_s)
        self.back_s.append(back_s)
        say(f"  text again after {back_s:.1f} s")

    async def _wait_for_speech_after(self, at_s: float) -> float:
        deadline_s, first = time.time() + BACK_S, len(self._stage.frames)
        while time.time() < deadline_s:
            for arrived_s, frame in self._stage.frames[first:]:
                for segment in (frame.get("payload") or {}).get("segments", []):
                    if parse_iso(segment["absolute_end_time"]).timestamp() > at_s:
                        return arrived_s - at_s
            await asyncio.sleep(0.1)
        self.untrue.append("no text after a kill")
        return BACK_S

    async def _bot_pid(self) -> int:
        bots = await self._stage.client.running_bots()
        return int(bots[0]["container_id"])

    async def _kill_bot(self, number: signal.Signals, outcome: str, came_s: float) -> None:
        pid, at_s = await self._bot_pid(), time.time()
        os.kill(pid, number)
        self.kills += 1
        say(f"{number.name} to the bot")
        body = await self._stage.client.wait_for_status(
            self._stage.meeting.code, {"failed", "completed"}, HEARTBEAT_TIMEOUT_S + BACK_S
        )
        self.back_s.append(time.time() - at_s)
        found = (body["status"], body["data"].get("outcome"))
        say(f"  meeting is {found[0]} after {self.back_s[-1]:.1f} s")
        if found != ("failed", outcome):
            self.untrue.append(f"{number.name} to the bot: {found}")
        self._stays.append(Stay(came_s, at_s))
        await asyncio.sleep(LAST_WORDS_S / 2)
        self._transcripts.append(await self._transcript())

    async def _stop_bot(self, came_s: float) -> None:
        left_s = time.time()
        await self._stage.client.stop_bot(self._stage.meeting.code)
        body = await self._stage.client.wait_for_status(
            self._stage.meeting.code, {"failed", "completed"}, BACK_S
        )
        if (body["status"], body["data"].get("outcome")) != ("completed", "stopped_by_user"):
            self.untrue.append(f"stop: {body['status']} {body['data'].get('outcome')}")
        self._stays.append(Stay(came_s, left_s))
        await asyncio.sleep(LAST_WORDS_S / 2)
        self._transcripts.append(await self._transcript())

    async def result(self) -> dict[str, Any]:
        """Figures of the run, but for orphans."""
        truth = await self._stage.meeting.truth()
        losses = count_losses(self._stage.frames, self._transcripts, truth, self._stays)
        for kind in ("lost", "doubled", "changed"):
            for case in getattr(losses, kind):
                say(f"{kind}: {case}")
        for case in self.untrue:
            say(f"untrue: {case}")
        ordered = sorted(self.back_s)
        return {
            "kills": self.kills,
            "finals": losses.finals,
            "lost": len(losses.lost),
            "doubled": len(losses.doubled),
            "changed": len(losses.changed),
            "untrue_states": len(self.untrue),
            "back_p95_s": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        }


def orphans(home: Path) -> list[int]:
    """Processes of this run that still live: they name its folder, or carry it."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        try:
            words = " ".join(process.info["cmdline"] or [])
            if str(home) in words or process.environ().get("VEXA_HOME") == str(home):
                found.append(process.pid)
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return [pid for pid in found if pid != os.getpid()]


async def _run(settings: DemoSettings, home: Path) -> dict[str, Any]:
    folder = settings.speech or home / "speech"
    if settings.speech is None:
        write_flite_speech(folder)
    rounds = int(os.environ.get("KILL_ROUNDS", "1"))
    play = compose(read_recordings(folder), settings.seed, repeat=5 + 2 * rounds)
    extra = {"BOT_HEARTBEAT_TIMEOUT_S": str(HEARTBEAT_TIMEOUT_S)}
    model = settings.whisper_model_size
    async with open_stage(home, say, model=model, extra_environment=extra) as stage:
        await stage.meeting.join_early(play)
        stage.tasks.spawn("talk", stage.meeting.start(play))
        test = KillTest(stage, settings.seed)
        await test.run(rounds)
        return await test.result()


def main() -> int:
    """0 when nothing was lost, doubled, changed, orphaned or told wrong."""
    report = Report()
    settings = load_settings(DemoSettings)
    with tempfile.TemporaryDirectory(prefix="vexa-kill-") as folder:
        home = Path(folder)
        figures = asyncio.run(_run(settings, home))
        left = orphans(home)
    figures["orphans"] = len(left)
    report.emit(figures)
    zero = ("lost", "doubled", "changed", "orphans", "untrue_states")
    return 0 if all(figures[key] == 0 for key in zero) else 1


if __name__ == "__main__":
    sys.exit(main())
