"""The policy on a virtual clock: real sessions, scheduler and decodes, no sockets, no other load.

Run: `SPEECH=DIR python -m tests.bench.speech.virtual [talkers] [seconds] [cores]`. Each decode
takes as long as its own processor time on one of the virtual cores, so that delays can be compared
on a machine that is busy with other things; processor time itself rises by a third or more there,
which `SCALE` (a factor) may take back. `ENDPOINT`, `STEP`, `MODEL` and `SEED` as their names say.
"""

from __future__ import annotations

import heapq
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.speech.material import Stream, continuous_talkers, load_voices
from tests.bench.speech.report import table
from tests.bench.speech.runs import Run
from tests.bench.speech.scores import score_stream
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.buffer import AudioRun
from vexa.whisperlive.engines.base import Engine, EngineOptions, Hypothesis, Window
from vexa.whisperlive.engines.faster_whisper import LOADER
from vexa.whisperlive.events import Asked, Draft, Event, Final, Point
from vexa.whisperlive.models import find_model
from vexa.whisperlive.scheduler import Job, Scheduler
from vexa.whisperlive.session import DecodeRequest, SpeechSession
from vexa.whisperlive.turns import TurnPolicy
from vexa.whisperlive.vad import SileroVad

BLOCK_S = 0.1
BLOCK = round(BLOCK_S * SAMPLE_RATE_HZ)


@dataclass
class Talker:
    """One stream and its session; what the scheduler sees."""

    number: int
    stream: Stream
    core: SpeechSession
    vad: SileroVad = field(default_factory=SileroVad)
    messages: list[Any] = field(default_factory=list)
    meeting: str = "one"

    def wanted(self, step_s: float | None) -> DecodeRequest | None:
        """See `SpeechSession.wanted`."""
        return self.core.wanted(step_s)

    def hear(self, block: int, now_s: float) -> None:
        """Take the next block."""
        samples = self.stream.samples[block * BLOCK : (block + 1) * BLOCK]
        for run in self.core.cutter.push(samples):
            assert isinstance(run, AudioRun)
            self.tell(self.core.hear(run, self.vad.probabilities(run.samples)), now_s)

    def tell(self, events: list[Event], now_s: float) -> None:
        """Keep what a client would see."""
        for event in events:
            if isinstance(event, Draft | Final):
                segment = event.segment
                wire = {
                    "seq": segment.seq,
                    "start": segment.start_s,
                    "end": segment.end_s,
                    "text": segment.text,
                    "completed": segment.completed,
                    "settled_words": segment.settled_words,
                }
                self.messages.append((now_s, {"segments": [wire]}))


class VirtualServer:
    """A clock, cores, and the engine whose processor time moves the clock."""

    def __init__(self, engine: Engine, streams: list[Stream], cores: int) -> None:
        policy = TurnPolicy(endpoint_s=float(os.environ.get("ENDPOINT", "0.8")))
        self.talkers = [
            Talker(n, stream, SpeechSession(policy, Point(), Asked(language="en")))
            for n, stream in enumerate(streams)
        ]
        self.cpu_s = 0.0
        self.decodes = 0
        self.top_level = 0
        self._engine = engine
        self._idle = cores
        self._speed = float(os.environ.get("SCALE", "1"))
        self._scheduler = Scheduler(float(os.environ.get("STEP", "0.5")))
        for talker in self.talkers:
            self._scheduler.add(talker)
        self._done: list[tuple[float, int, list[tuple[Job, Hypothesis]]]] = []

    def run(self) -> float:
        """Play everything; return the virtual time at the end."""
        blocks = max(len(talker.stream.samples) for talker in self.talkers) // BLOCK
        now_s = 0.0
        for block in range(blocks):
            self._until((block + 1) * BLOCK_S)
            now_s = (block + 1) * BLOCK_S
            for talker in self.talkers:
                talker.hear(block, now_s)
            self._dispatch(now_s)
        for talker in self.talkers:
            talker.tell(talker.core.end_turn(), now_s)
        self._dispatch(now_s)
        while self._done:
            now_s = self._done[0][0]
            self._until(now_s)
        return now_s

    def _until(self, time_s: float) -> None:
        while self._done and self._done[0][0] <= time_s:
            now_s, _, answers = heapq.heappop(self._done)
            self._idle += 1
            for job, heard in answers:
                talker = job.stream
                assert isinstance(talker, Talker)
                talker.tell(talker.core.decoded(job.request, heard), now_s)
            self._dispatch(now_s)

    def _dispatch(self, now_s: float) -> None:
        while self._idle and (job := self._scheduler.pick(now_s)) is not None:
            windows = [self._begin(job)]
            room = self._engine.capabilities.together - 1
            jobs = [job, *self._scheduler.pick_beside(job, now_s, room, self._idle - 1)]
            windows += [self._begin(each) for each in jobs[1:]]
            before = time.process_time()
            if len(windows) == 1:
                heard = [self._engine.decode(windows[0].samples, windows[0].hints)]
            else:
                heard = self._engine.decode_together(windows)
            used_s = time.process_time() - before
            self._note(jobs, heard, used_s, now_s)
        self._scheduler.note_due(now_s)
        self.top_level = max(self.top_level, self._scheduler.backoff.level)

    @staticmethod
    def _begin(job: Job) -> Window:
        assert isinstance(job.stream, Talker)
        return Window(job.stream.core.begin(job.request), job.request.hints)

    def _note(self, jobs: list[Job], heard: list[Hypothesis], used_s: float, now_s: float) -> None:
        self.cpu_s += used_s
        self.decodes += len(jobs)
        self._idle -= 1
        took_s = used_s * self._speed
        for job in jobs:
            self._scheduler.charge(job.stream, took_s / len(jobs))
        answers = list(zip(jobs, heard, strict=True))
        heapq.heappush(self._done, (now_s + took_s, self.decodes, answers))


def main() -> None:
    """Read the command line, simulate, print a row."""
    numbers = [float(item) for item in sys.argv[1:]]
    talkers, seconds, cores = [*numbers, *(4.0, 40.0, 2.0)[len(numbers) :]]
    voices = load_voices(Path(os.environ["SPEECH"]))
    streams = continuous_talkers(voices, int(talkers), seconds, int(os.environ.get("SEED", "1")))
    cache = Path(tempfile.gettempdir()) / "vexa-bench-models"
    model = find_model(os.environ.get("MODEL", "base"), cache, None)
    server = VirtualServer(LOADER.load(model.folder, EngineOptions()), streams, int(cores))
    took_s = server.run()
    audio_s = sum(stream.duration_s for stream in streams)
    scores = [score_stream(talker.stream, talker.messages) for talker in server.talkers]
    load = os.getloadavg()[0]
    run = Run(
        "virtual", "talkers", int(talkers), audio_s, scores, server.cpu_s, 0, 0, 0, 0, load, took_s
    )
    sys.stdout.write(f"{table([run])}\n")
    sys.stdout.write(f"{server.decodes / audio_s:.2f} decodes a second of audio, ")
    sys.stdout.write(f"highest level {server.top_level}\n")


if __name__ == "__main__":
    main()
