"""Runs decodes on a few threads, as the scheduler says; the event loop never waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import structlog

from vexa.contracts.errors import SpeechError
from vexa.kit.clock import Clock
from vexa.kit.tasks import BackgroundTasks
from vexa.whisperlive import metrics
from vexa.whisperlive.engines.base import Engine, Hypothesis, Samples, Window
from vexa.whisperlive.scheduler import Job, Scheduler, Stream
from vexa.whisperlive.session import DecodeRequest

_log = structlog.get_logger(__name__)


class DecodedStream(Stream, Protocol):
    """A session that takes answers."""

    def begin(self, request: DecodeRequest) -> Samples:
        """Mark a request as in flight; return its window."""
        ...

    def decoded(self, request: DecodeRequest, heard: Hypothesis | None) -> None:
        """Take the answer; None when the engine failed."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    stream: DecodedStream
    request: DecodeRequest
    window: Window


class Workers:
    """As many decodes at a time as there are threads.

    Args:
        scheduler: picks what is decoded.
        engine: gives the loaded engine, or None while there is none.
        count: threads.
        clock: monotonic time for waits.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        engine: Callable[[], Engine | None],
        count: int,
        clock: Clock,
    ) -> None:
        self._scheduler = scheduler
        self._engine = engine
        self._count = count
        self._clock = clock
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="decode")
        self._tasks = BackgroundTasks()
        self._running = 0

    def wake(self) -> None:
        """Look for work: a session has new audio, an answer came, or the engine is loaded."""
        now_s = self._clock.monotonic_s()
        engine = self._engine()
        if engine is None:
            return
        while self._running < self._count:
            job = self._scheduler.pick(now_s)
            if job is None:
                break
            self._start(job, now_s, engine)
        else:
            self._scheduler.note_due(now_s)
        metrics.LEVEL.set(self._scheduler.backoff.level)

    async def aclose(self) -> None:
        """Stop. Decodes that run are left to end by themselves; their answers are dropped."""
        await self._tasks.aclose()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, first: Job, now_s: float, engine: Engine) -> None:
        parts = [self._begin(first)]
        room = engine.capabilities.together - 1
        idle = self._count - self._running - 1
        for job in self._scheduler.pick_beside(first, now_s, room, idle):
            parts.append(self._begin(job))
        self._running += 1
        self._tasks.spawn("decode", self._decode(parts, engine))

    @staticmethod
    def _begin(job: Job) -> _Part:
        stream: DecodedStream = job.stream  # type: ignore[assignment]
        metrics.QUEUE_WAIT_S.labels(job.request.kind.name.lower()).observe(job.wait_s)
        return _Part(stream, job.request, Window(stream.begin(job.request), job.request.hints))

    async def _decode(self, parts: list[_Part], engine: Engine) -> None:
        started_s = self._clock.monotonic_s()
        heard: list[Hypothesis | None] = [None] * len(parts)
        windows = [part.window for part in parts]
        try:
            heard = await asyncio.get_running_loop().run_in_executor(
                self._pool, _decode_windows, engine, windows
            )
        except SpeechError as exc:
            _log.warning("decode_failed", code=exc.code, detail=exc.detail)
        # boundary: engines are foreign code; a session whose answer never comes would hang
        except Exception:  # noqa: BLE001
            _log.exception("decode_defect", engine=engine.capabilities.name)
        finally:
            self._running -= 1
            self._charge(parts, self._clock.monotonic_s() - started_s)
        for part, answer in zip(parts, heard, strict=True):
            part.stream.decoded(part.request, answer)
        self.wake()

    def _charge(self, parts: list[_Part], took_s: float) -> None:
        metrics.BATCH.observe(len(parts))
        for part in parts:
            metrics.DECODE_S.labels(part.request.kind.name.lower()).observe(took_s)
            self._scheduler.charge(part.stream, took_s / len(parts))


def _decode_windows(engine: Engine, windows: list[Window]) -> list[Hypothesis | None]:
    if len(windows) == 1:
        return [engine.decode(windows[0].samples, windows[0].hints)]
    return [*engine.decode_together(windows)]
