"""Runs one meeting of a case with a real bot, and says what a client was told of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.bench.scorecard import seen
from tests.bench.scorecard.cases import Act, Case, Chat, Hold, Order, Step, Wait
from tests.bench.scorecard.client import ScorecardClient
from tests.bench.scorecard.play import compose, monologue, write_noise
from tests.bench.scorecard.results import NOT_RUN, Result, Told
from vexa.contracts.meeting import TERMINAL, MeetingStatus
from vexa.demo.api_client import ApiRefused, Frame
from vexa.demo.heard import read_frames
from vexa.demo.scores import score
from vexa.demo.screenplay import Screenplay
from vexa.demo.simulated_meeting import SimulatedMeeting, said_words
from vexa.demo.speech import Recording
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.client import ControlClient
from vexa.simulator.doubles import DOUBLES

#: A state or an end is waited for so long: a captcha stands 120 s before it counts, seconds.
REACH_S = 240.0
#: The user's own look at the status, seconds.
LOOK_S = 0.5
#: People and hosts act this long after what they wait for, at most, seconds.
THINK_S = 2.0
#: No frame for this long after the end means that everything is final; waited for at most.
QUIET_S, LAST_WORDS_S = 6.0, 60.0
#: Sound that was sent is on its way for so long, seconds.
ON_ITS_WAY_S = 1.0
#: One call of the control API takes noise of this length, seconds.
NOISE_S = 30.0
#: Somebody talks on for so long at the bot's coming, seconds.
MONOLOGUE_S = 90.0
#: The first draws of a seed are an id's, however few it needs: what comes after them, the locale
#: first, does not depend on how ids look.
ID_DRAWS = 21


class NotReached(Exception):
    """What a step waits for did not come."""


@dataclass(frozen=True)
class World:
    """What all meetings share. Lengths in seconds."""

    client: ScorecardClient
    control: ControlClient
    recordings: list[Recording]
    folder: Path
    talk_s: float
    silence_s: float


@dataclass
class OneMeeting:
    """One seeded meeting of a case."""

    world: World
    case: Case
    seed: int
    tasks: BackgroundTasks = field(default_factory=BackgroundTasks)
    frames: list[Frame] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    acted_s: float | None = None
    stopped_s: float | None = None
    play: Screenplay | None = None
    is_over: bool = False

    def __post_init__(self) -> None:
        """Draw what the seed decides."""
        seed = f"{self.case.key}/{self.seed}"
        self.code = DOUBLES.load(self.case.platform).made_up_id(random.Random(seed))
        self.dice = random.Random(seed)
        for _ in range(ID_DRAWS):
            self.dice.random()
        self.sent: dict[str, Any] = {}
        self.stage = SimulatedMeeting(self.world.control, self.code)

    async def run(self) -> Result:
        """Run the meeting; whatever goes wrong is a result too."""
        try:
            await self._prepare()
            await self._send()
            try:
                for step in self.case.steps:
                    await self._do(step)
            except NotReached as exc:
                self.untrue.append(str(exc))
            return await self._result()
        except Exception as exc:  # noqa: BLE001
            # one broken meeting must neither end the others nor be left out of the count
            self.untrue.append(f"{type(exc).__name__}: {exc}")
            told = Told(NOT_RUN, NOT_RUN, NOT_RUN, NOT_RUN)
            return Result(self.case, self.seed, told, self.untrue)
        finally:
            await self._clean_up()

    async def _prepare(self) -> None:
        looks = {
            "locale": self.dice.choice(("en", "de")),
            "apostrophe": self.dice.choice(("curly", "straight")),
        }
        options = {**looks, **self.case.options}
        await self.world.control.create_meeting(self.code, platform=self.case.platform, **options)
        for name in self.case.company:
            added = await self.world.control.add_participant(self.code, name)
            self.people.append(added["id"])
        if self.case.talkers:
            seed, people = f"{self.case.key}/{self.seed}", self.case.talkers
            self.play = compose(self.world.recordings, people, self.world.talk_s, seed)
            await self.stage.join_early(self.play)
        if self.case.talks_from_admission:
            speech = monologue(self.world.recordings, MONOLOGUE_S, str(self.seed))
            await self.world.control.add_participant(self.code, "Reader", speech=speech)

    async def _send(self) -> None:
        place = (
            {"meeting_url": self.case.link.format(id=self.code)}
            if self.case.link
            else {"platform": self.case.platform, "native_meeting_id": self.code}
        )
        body = {**place, "bot_name": "Notetaker", "language": "en", **self.case.ask}
        self.sent = await self.world.client.send(body)
        self.tasks.spawn("live-feed", self._watch())

    async def _watch(self) -> None:
        at = self.sent["platform"], self.sent["native_meeting_id"]
        async for frame in self.world.client.watch(*at):
            self.frames.append(frame)

    async def _do(self, step: Step) -> None:
        if isinstance(step, Wait):
            await self._wait_for({str(step.status)})
            return
        if isinstance(step, Hold):
            await self._hold(step.seconds)
            return
        await asyncio.sleep(self.dice.uniform(0, THINK_S))
        self.acted_s = time.time()
        if isinstance(step, Order):
            await self.world.control.order(self.code, step.name, **step.body)
        elif isinstance(step, Chat):
            words = {"participant": self.people[0], "text": step.text}
            await self.world.control.order(self.code, "chat", **words)
        else:
            await self._act(step)

    async def _now(self) -> dict[str, Any]:
        return await self.world.client.meeting(self.sent["id"])

    async def _wait_for(self, wanted: set[str]) -> dict[str, Any]:
        deadline_s = time.monotonic() + REACH_S
        while True:
            now = await self._now()
            self.is_over = now["status"] in TERMINAL
            if now["status"] in wanted:
                return now
            if self.is_over:
                raise NotReached(f"{now['status']} instead of {' or '.join(sorted(wanted))}")
            if time.monotonic() > deadline_s:
                raise NotReached(f"still {now['status']} after {REACH_S:.0f} s")
            await asyncio.sleep(LOOK_S)

    async def _hold(self, seconds: float) -> None:
        before = (await self._now())["status"]
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            await asyncio.sleep(LOOK_S)
            if (now := (await self._now())["status"]) != before:
                raise NotReached(f"{now} while it should stay {before}")

    async def _act(self, act: Act) -> None:
        kill = signal.SIGKILL
        acts: dict[Act, Callable[[], Awaitable[None]]] = {
            Act.STOP: self._stop,
            Act.COMPANY_LEAVES: self._company_leaves,
            Act.KILL_BROWSER: partial(self._signal, kill, is_browser=True),
            Act.KILL_BOT: partial(self._signal, kill),
            Act.FREEZE_BOT: partial(self._signal, signal.SIGSTOP),
            Act.TALK: self._talk,
            Act.SILENCE: self._silence,
            Act.FIRST_TEXT: self._first_text,
        }
        await acts[act]()

    async def _stop(self) -> None:
        self.stopped_s = time.time()
        await self.world.client.stop(self.sent["platform"], self.sent["native_meeting_id"])

    async def _company_leaves(self) -> None:
        for person in self.people:
            await self.world.control.remove_participant(self.code, person)

    async def _signal(self, number: signal.Signals, *, is_browser: bool = False) -> None:
        bot = psutil.Process(await self.world.client.bot_pid(self.sent["id"]))
        pids = [bot.pid]
        if is_browser:
            pids = [
                child.pid
                for child in bot.children(recursive=True)
                if any("--user-data-dir=" in word for word in child.cmdline())
            ]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    async def _talk(self) -> None:
        assert self.play is not None
        await self.stage.start(self.play)
        await self.stage.wait_until_said()
        await asyncio.sleep(ON_ITS_WAY_S)

    async def _silence(self) -> None:
        noise = self.world.folder / f"noise-{self.code}.wav"
        await asyncio.to_thread(write_noise, noise, NOISE_S, self.seed)
        for at_s in range(0, round(self.world.silence_s), round(NOISE_S)):
            speech = [{"at_s": float(at_s), "file": str(noise)}]
            await self.world.control.speak(self.code, self.people[0], speech)
        await self.world.control.start_clock(self.code)
        await self._hold(self.world.silence_s)

    async def _first_text(self) -> None:
        deadline_s = time.monotonic() + REACH_S
        while seen.first_text_s(self.frames) is None:
            if time.monotonic() > deadline_s:
                raise NotReached("no text though somebody talks")
            await asyncio.sleep(LOOK_S)

    async def _result(self) -> Result:
        ended = await self._ended()
        data = ended["data"]
        told = Told(
            reached=seen.furthest(data.get("status_transition", [])),
            status=str(ended["status"]),
            outcome=str(data.get("outcome", "none")),
            reason=str(data.get("completion_reason", "none")),
        )
        result = Result(self.case, self.seed, told, self.untrue)
        if (told.reached, told.status) == (MeetingStatus.ACTIVE, MeetingStatus.COMPLETED):
            result.notice_posted = data.get("notice_posted") is True
        if self.acted_s is not None:
            result.report_s = time.time() - self.acted_s
        await self._add_times(result)
        if self.play is not None or Act.SILENCE in self.case.steps:
            await self._add_words(result)
        return result

    async def _ended(self) -> dict[str, Any]:
        try:
            return await self._wait_for({str(status) for status in TERMINAL})
        except NotReached as exc:
            self.untrue.append(str(exc))
            return await self._now()

    async def _add_times(self, result: Result) -> None:
        events = await self.world.control.events(self.code)
        came_s = [entry["at_epoch_s"] for entry in events if entry["event"] == "joined"]
        text_s = seen.first_text_s(self.frames)
        if self.case.talks_from_admission and came_s and text_s is not None:
            result.first_text_s = text_s - came_s[0]
        if self.stopped_s is not None and came_s:
            gone = {"left", "gone", "page_closed"}
            left_s = [entry["at_epoch_s"] for entry in events if entry["event"] in gone]
            after_s = [at_s - self.stopped_s for at_s in left_s if at_s >= self.stopped_s]
            result.leave_s = after_s[0] if after_s else None

    async def _add_words(self, result: Result) -> None:
        await self._wait_for_last_words()
        at = self.sent["platform"], self.sent["native_meeting_id"]
        stored = await self.world.client.segments(*at)
        result.renamed = seen.renamed(self.frames)
        if self.play is None:
            result.silence_words = seen.words_shown(self.frames, stored)
            return
        said = said_words(await self.stage.truth())
        result.scores = score(said, read_frames(seen.with_last_names(self.frames, stored)))

    async def _wait_for_last_words(self) -> None:
        until_s = time.monotonic() + LAST_WORDS_S
        count, quiet_s = -1, time.monotonic()
        while time.monotonic() < until_s and time.monotonic() - quiet_s < QUIET_S:
            if len(self.frames) != count:
                count, quiet_s = len(self.frames), time.monotonic()
            await asyncio.sleep(LOOK_S)

    async def _clean_up(self) -> None:
        await self.tasks.aclose()
        if self.sent and not self.is_over:
            with contextlib.suppress(ApiRefused, httpx2.HTTPError):
                await self._stop()
        with contextlib.suppress(httpx2.HTTPError):
            await self.world.control.order(self.code, "end")
