"""Pure: which session's decode goes next, over all sessions.

Finals go before drafts. Among equals the meeting that has had the least decode time goes first,
then the decode that has waited longest. A session has one decode in flight. Nothing is queued: a
session is asked when a worker is free, so a draft is always of the newest audio and one that was
overtaken never existed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from vexa.whisperlive.backoff import Backoff
from vexa.whisperlive.session import DecodeRequest, Kind


class Stream(Protocol):
    """What the scheduler sees of a session."""

    @property
    def meeting(self) -> str:
        """Sessions with the same value share one turn."""
        ...

    def wanted(self, step_s: float | None) -> DecodeRequest | None:
        """See `SpeechSession.wanted`."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A request that goes to a worker now."""

    stream: Stream
    request: DecodeRequest
    wait_s: float


class Scheduler:
    """Knows every session; picks one request at a time. Times are monotonic seconds."""

    def __init__(self, step_s: float) -> None:
        self.backoff = Backoff()
        self._step_s = step_s
        self._streams: list[Stream] = []
        self._due_since: dict[int, tuple[Kind, float]] = {}
        self._spent_s: defaultdict[str, float] = defaultdict(float)
        self._taken: set[int] = set()

    def add(self, stream: Stream) -> None:
        """Take a session in. Its meeting begins with as much time as the least served has had."""
        meetings = {other.meeting for other in self._streams}
        if stream.meeting not in meetings:
            self._spent_s[stream.meeting] = min(
                (self._spent_s[meeting] for meeting in meetings), default=0.0
            )
        self._streams.append(stream)

    def remove(self, stream: Stream) -> None:
        """Forget a session. Safe to call twice."""
        if stream not in self._streams:
            return
        self._streams.remove(stream)
        self._due_since.pop(id(stream), None)
        if all(other.meeting != stream.meeting for other in self._streams):
            self._spent_s.pop(stream.meeting, None)

    @property
    def waiting(self) -> int:
        """How many sessions wanted a decode at the last look, and have none in flight."""
        return len(self._due_since)

    def pick(self, now_s: float, beside: DecodeRequest | None = None) -> Job | None:
        """Return what should be decoded now; the caller marks it as in flight at once.

        Args:
            now_s: monotonic time.
            beside: take only what can be decoded in one batch with this.
        """
        step_s = self.backoff.step_s(self._step_s)
        best: tuple[tuple[bool, float, float], Stream, DecodeRequest] | None = None
        for stream in self._streams:
            request = None if id(stream) in self._taken else stream.wanted(step_s)
            if request is None:
                self._due_since.pop(id(stream), None)
                continue
            since_s = self._note_due(stream, request.kind, now_s)
            if beside is not None and not beside.goes_with(request):
                continue
            is_draft = request.kind is not Kind.FINAL
            rank = (is_draft, self._spent_s[stream.meeting], since_s)
            if best is None or rank < best[0]:
                best = (rank, stream, request)
        if best is None:
            if beside is None:
                self.backoff.update(now_s)
            return None
        (_, _, since_s), stream, request = best
        del self._due_since[id(stream)]
        self.backoff.note(now_s - since_s, now_s)
        return Job(stream, request, now_s - since_s)

    def pick_beside(self, first: Job, now_s: float, room: int, idle: int) -> list[Job]:
        """Return what should be decoded in one batch with `first`.

        Args:
            first: picked just now, and marked as in flight.
            now_s: monotonic time.
            room: how many more windows the engine takes together.
            idle: workers that have nothing to do, besides the one of `first`: work is shared
                among them before it is put together.
        """
        jobs: list[Job] = []
        for _ in range(min(room, self.waiting // (idle + 1))):
            job = self.pick(now_s, beside=first.request)
            if job is None:
                break
            jobs.append(job)
            self._taken.add(id(job.stream))
        self._taken.clear()
        return jobs

    def note_due(self, now_s: float) -> None:
        """Mark since when requests wait, while every worker is busy."""
        step_s = self.backoff.step_s(self._step_s)
        for stream in self._streams:
            request = stream.wanted(step_s)
            if request is not None:
                self._note_due(stream, request.kind, now_s)

    def charge(self, stream: Stream, decode_s: float) -> None:
        """Count the time of a decode against the session's meeting."""
        if stream in self._streams:
            self._spent_s[stream.meeting] += decode_s

    def _note_due(self, stream: Stream, kind: Kind, now_s: float) -> float:
        known = self._due_since.get(id(stream))
        if known is None or known[0] > kind:
            self._due_since[id(stream)] = (kind, now_s)
            return now_s
        return known[1]
