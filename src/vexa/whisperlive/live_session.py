"""One session in motion: audio in, through the gate and the pure core, events out.

Sockets come and go; the session lives until it is finalised, or another connection takes it over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import structlog

from vexa.bus.speech_store import Superseded
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.kit.tasks import BackgroundTasks
from vexa.whisperlive.buffer import FRAME_SAMPLES, AudioRun, Run
from vexa.whisperlive.engines.base import Hypothesis, Samples
from vexa.whisperlive.events import Draft, Event, Final, LanguageFound, Safe, Segment
from vexa.whisperlive.outbox import Outbox
from vexa.whisperlive.publisher import Publisher, wire_segment
from vexa.whisperlive.session import DecodeRequest, SpeechSession
from vexa.whisperlive.vad import Vad

_log = structlog.get_logger(__name__)

#: Finals that a stock client gets again with each message.
RECENT_FINALS = 10
#: Audio goes through the gate in pieces of this length, so that no thread is held for long.
PIECE_SAMPLES = SAMPLE_RATE_HZ // FRAME_SAMPLES * FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a session may wait."""

    held_samples: int
    unstored: int


class LiveSession:
    """Binds core, gate and publisher of one session to its present client, if any.

    Args:
        uid: the session's.
        meeting: sessions with the same value share decode time.
        core: the pure session.
        vad: the gate of this stream.
        threads: where the gate runs.
        limits: when the client must wait.
        on_change: called when there may be something new to decode.
    """

    def __init__(
        self,
        uid: str,
        meeting: str,
        core: SpeechSession,
        vad: Vad,
        threads: Executor,
        limits: Limits,
        on_change: Callable[[], None],
    ) -> None:
        self.uid = uid
        self.meeting = meeting
        self.is_over = False
        self.publisher: Publisher
        self._core = core
        self._vad = vad
        self._threads = threads
        self._limits = limits
        self._on_change = on_change
        self._outbox: Outbox | None = None
        self._recent: deque[Segment] = deque(maxlen=RECENT_FINALS)
        self._unstored: deque[Segment] = deque()
        self._draft: Segment | None = None
        self._settled = asyncio.Event()
        self._over = asyncio.Event()
        self._superseded = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._hearing = asyncio.Lock()
        self._tasks = BackgroundTasks()

    def start(self, publisher: Publisher) -> None:
        """Begin to store what is said."""
        self.publisher = publisher
        self._tasks.spawn("publish", self._publish())

    async def _publish(self) -> None:
        try:
            await self.publisher.run()
        except Superseded:
            self.supersede()
        # boundary: a session that cannot store must not go on; its client resumes elsewhere
        except Exception:  # noqa: BLE001
            _log.exception("session_cannot_store", uid=self.uid)
            self.supersede()

    def supersede(self) -> None:
        """Another connection has this session now: this one says and stores no more."""
        _log.info("session_superseded", uid=self.uid)
        self._superseded.set()
        self._mark_over()

    def attach(self, outbox: Outbox) -> None:
        """Give the session its client."""
        self._outbox = outbox

    def detach(self) -> None:
        """The client is gone; what is said meanwhile is stored all the same."""
        self._outbox = None

    async def hear(self, samples: Samples) -> None:
        """Take float32[n], mono, 16 kHz, of any length. Waits while too much is undecoded."""
        clean = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
        for start in range(0, len(clean), PIECE_SAMPLES):
            await self._has_room.wait()
            async with self._hearing:
                await self._take(self._core.cutter.push(clean[start : start + PIECE_SAMPLES]))

    async def skip(self, samples: int) -> None:
        """Let time pass without audio."""
        async with self._hearing:
            await self._take(self._core.cutter.skip(samples))

    async def _take(self, runs: list[Run]) -> None:
        for run in runs:
            probabilities: list[float] = []
            if isinstance(run, AudioRun):
                probabilities = await asyncio.get_running_loop().run_in_executor(
                    self._threads, self._vad.probabilities, run.samples
                )
            self._handle(self._core.hear(run, probabilities))
        self._after_change()

    async def finalise(self, *, flush: bool) -> None:
        """Decode what is open, store it, and say that the session has ended.

        Args:
            flush: whether the last part of a frame counts; not when the client may come back.
        """
        if flush:
            await self.skip(FRAME_SAMPLES)
        self.end_turn()
        await self._unless_over(self._settled.wait())
        if not self.is_over:
            self.publisher.end()
            await self._unless_over(self.publisher.flushed())

    def end_turn(self) -> None:
        """No more audio comes, or none for long: what is being said has ended."""
        self._handle(self._core.end_turn())
        self._after_change()

    async def aclose(self) -> None:
        """Stop everything; what is stored stays, what is not is forgotten. Safe to call twice."""
        self._mark_over()
        await self._tasks.aclose()

    def wanted(self, step_s: float | None) -> DecodeRequest | None:
        """See `SpeechSession.wanted`."""
        return None if self.is_over else self._core.wanted(step_s)

    def begin(self, request: DecodeRequest) -> Samples:
        """See `SpeechSession.begin`."""
        return self._core.begin(request)

    def decoded(self, request: DecodeRequest, heard: Hypothesis | None) -> None:
        """Take an answer of the engine; None when it failed."""
        if self.is_over:
            return
        if heard is None:
            self._handle(self._core.failed(request))
        else:
            self._handle(self._core.decoded(request, heard))
        self._after_change()

    @property
    def is_behind(self) -> bool:
        """Whether its client must wait, or audio is on its way to the core."""
        return self._hearing.locked() or not self._has_room.is_set()

    @property
    def was_superseded(self) -> bool:
        """Whether another connection has taken the session over."""
        return self._superseded.is_set()

    async def until_superseded(self) -> None:
        """Wait until another connection has taken the session over."""
        await self._superseded.wait()

    async def until_over(self) -> None:
        """Wait until the session has ended or was taken over."""
        await self._over.wait()

    def tell(self, kind: str, message: dict[str, Any]) -> None:
        """Send a message to the client, if there is one; see `Outbox.put`."""
        if self._outbox is not None:
            self._outbox.put(kind, message)

    async def _unless_over(self, work: Any) -> None:
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self._over.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)

    def _mark_over(self) -> None:
        self.is_over = True
        self._over.set()
        self._has_room.set()

    def _after_change(self) -> None:
        _set_if(self._settled, self._core.is_settled)
        self._note_room()
        self._on_change()

    def _note_room(self) -> None:
        _set_if(
            self._has_room,
            self.is_over
            or (
                self._core.held_samples < self._limits.held_samples
                and self.publisher.waiting < self._limits.unstored
            ),
        )

    def _handle(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, LanguageFound):
                self.tell("language", {"language": event.code, "language_prob": event.probability})
                continue
            self.publisher.put(event)
            if isinstance(event, Final):
                self._unstored.append(event.segment)
                self._draft = None
            elif isinstance(event, Draft):
                self._draft = event.segment if event.segment.text else None
                self._tell_segments()

    async def stored(self, event: Final | Safe) -> None:
        """A final or a point is stored: the client may know."""
        if isinstance(event, Final):
            self._recent.append(self._unstored.popleft())
            self._tell_segments()
        self.tell("durable", {"type": "durable", "sample": event.point.durable_sample})
        self._note_room()

    def _tell_segments(self) -> None:
        """Show the last finals; one that is not stored yet is shown as a draft."""
        waiting = [replace(segment, completed=False) for segment in self._unstored]
        draft = [self._draft] if self._draft is not None else []
        shown = [*self._recent, *waiting, *draft]
        if not shown:
            # the stock client looks at the last one
            return
        wire = [wire_segment(self.uid, segment).model_dump(exclude_none=True) for segment in shown]
        self.tell("segments", {"segments": wire})


def _set_if(event: asyncio.Event, condition: bool) -> None:
    if condition:
        event.set()
    else:
        event.clear()
