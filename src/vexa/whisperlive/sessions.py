"""The sessions that live in this process: opened, taken over, and ended."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from weakref import WeakValueDictionary

import structlog

from vexa.bus.speech_store import SpeechStore
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.errors import BadRequest
from vexa.contracts.times import iso_utc, parse_iso
from vexa.contracts.whisper_protocol import Hello, SessionStart, Transcription
from vexa.kit.clock import Clock
from vexa.whisperlive import metrics
from vexa.whisperlive.engines.base import Gate
from vexa.whisperlive.events import Asked, Point
from vexa.whisperlive.live_session import Limits, LiveSession
from vexa.whisperlive.publisher import Publisher
from vexa.whisperlive.resume import point_fields, read_point
from vexa.whisperlive.scheduler import Scheduler
from vexa.whisperlive.session import SpeechSession
from vexa.whisperlive.settings import WhisperSettings
from vexa.whisperlive.vad import make_vad

_log = structlog.get_logger(__name__)

#: How often levels, idle turns and metrics are looked at, seconds.
TICK_S = 0.25
#: Threads that run the gates of all streams; it is cheap, and holds the interpreter's lock.
VAD_THREADS = 2

_Key = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and the point from which its client goes on."""

    session: LiveSession
    point: Point


class Sessions:
    """Owns every live session.

    Args:
        settings: limits and policy.
        store: where meetings' sessions are kept.
        scheduler: knows the sessions that can be decoded.
        gate: which frames the engine wants.
        wake: called when there may be something new to decode.
        clock: time of day and monotonic time.
    """

    def __init__(
        self,
        settings: WhisperSettings,
        store: SpeechStore,
        scheduler: Scheduler,
        gate: Gate,
        wake: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._store = store
        self._scheduler = scheduler
        self._gate: Gate = gate
        self._wake = wake
        self._clock = clock
        self._threads = ThreadPoolExecutor(VAD_THREADS, thread_name_prefix="vad")
        self._live: dict[_Key, LiveSession] = {}
        self._idle_ticks: dict[LiveSession, int] = {}
        self._opening: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()
        self._level = 0

    @property
    def count(self) -> int:
        """How many sessions live."""
        return len(self._live)

    @property
    def live(self) -> tuple[LiveSession, ...]:
        """The sessions that live."""
        return tuple(self._live.values())

    def has_room_for(self, hello: Hello) -> bool:
        """Whether a session may begin, or go on: one that lives is never refused."""
        if _key(hello) in self._live:
            return True
        full = self.count >= self._settings.wl_max_clients
        return not full and self._scheduler.backoff.takes_sessions

    async def open(self, hello: Hello) -> Opened:
        """Begin a session, or take it over from the connection that had it.

        Raises:
            BadRequest: `session_start` is no time.
            NotAllowed: the session belongs to another meeting.
            BusUnavailable: where the session stands cannot be read; nothing has begun.
        """
        key = _key(hello)
        lock = self._opening.setdefault(key, asyncio.Lock())
        async with lock:
            before = self._live.get(key)
            if before is not None and not hello.resume:
                await self.finalise(before, flush=True)
            owner = secrets.token_hex(8)
            described, point = await self._claim(hello, owner)
            if before is not None:
                before.supersede()
                await self.close(before)
            session = self._make(hello, described, point, owner)
            self._live[key] = session
            self._scheduler.add(session)
            metrics.SESSIONS.set(self.count)
            return Opened(session, point)

    async def finalise(self, session: LiveSession, *, flush: bool) -> None:
        """Decode and store what is left of a session, then end it."""
        await session.finalise(flush=flush)
        await self.close(session)

    async def close(self, session: LiveSession) -> None:
        """End a session as it is. Safe to call twice."""
        self._scheduler.remove(session)
        self._idle_ticks.pop(session, None)
        self._live = {key: live for key, live in self._live.items() if live is not session}
        metrics.SESSIONS.set(self.count)
        await session.aclose()

    def note_audio(self, session: LiveSession) -> None:
        """A session has sent audio just now."""
        self._idle_ticks[session] = 0

    async def run(self) -> None:
        """Look after the sessions until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            self._wake()
            self._end_idle_turns()
            self._tell_level()

    async def aclose(self) -> None:
        """Drop every session; clients that can resume will. Safe to call twice."""
        for session in list(self._live.values()):
            await self.close(session)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _end_idle_turns(self) -> None:
        """End what is being said where no audio comes any more.

        Counted in ticks, and only while the server takes audio: what waits in a socket while the
        server hangs or is behind is not the client's silence, and a turn must not end in mid-word.
        """
        for session, ticks in list(self._idle_ticks.items()):
            idle_ticks = 0 if session.is_behind else ticks + 1
            self._idle_ticks[session] = idle_ticks
            if idle_ticks * TICK_S >= self._settings.wl_idle_turn_s:
                del self._idle_ticks[session]
                session.end_turn()

    def _tell_level(self) -> None:
        level = self._scheduler.backoff.level
        if level == self._level:
            return
        self._level = level
        metrics.LEVEL.set(level)
        _log.warning("backoff_level_changed", level=level)
        for session in self._live.values():
            session.tell("load", {"type": "load", "level": level})

    async def _claim(self, hello: Hello, owner: str) -> tuple[Transcription, Point]:
        described = Transcription(
            uid=hello.uid,
            meeting_id=hello.meeting_id or 0,
            platform=hello.platform,
            start_timestamp=_session_start(hello, self._clock),
            speaker=hello.speaker,
            segments=[],
            correlation_id=hello.correlation_id,
        )
        point = Point(language=hello.language, asked=_asked(hello))
        if hello.meeting_id is None:
            return described, point
        fields = described.model_dump(exclude={"type", "segments"})
        first = {
            **point_fields(point),
            "meeting_id": str(hello.meeting_id),
            "start_timestamp": described.start_timestamp,
        }
        entry = SessionStart(**fields).model_dump_json()
        claimed = await self._store.claim(hello.uid, owner, first, entry)
        if claimed.is_new:
            return described, point
        start = claimed.fields.get("start_timestamp") or described.start_timestamp
        return described.model_copy(update={"start_timestamp": start}), read_point(claimed.fields)

    def _make(
        self, hello: Hello, described: Transcription, point: Point, owner: str
    ) -> LiveSession:
        is_stored = hello.meeting_id is not None
        core = SpeechSession(
            self._settings.turn_policy,
            point,
            _asked(hello),
            with_words=hello.word_timestamps,
        )
        session = LiveSession(
            hello.uid,
            f"meeting {hello.meeting_id}" if is_stored else f"private {hello.uid}",
            core,
            make_vad(self._gate),
            self._threads,
            Limits(
                int(self._settings.wl_max_held_s * SAMPLE_RATE_HZ), self._settings.wl_max_unstored
            ),
            self._wake,
        )
        store = self._store if is_stored else None
        session.start(Publisher(store, described, owner, session.stored, self._clock))
        return session


def _key(hello: Hello) -> _Key:
    return hello.meeting_id is not None, hello.uid


def _asked(hello: Hello) -> Asked:
    allowed = frozenset(hello.allowed_languages) if hello.allowed_languages else None
    return Asked(hello.language, hello.task, allowed, _prompt(hello))


def _prompt(hello: Hello) -> str | None:
    """Return what the decoder reads before the speech: names and terms, then a text in style."""
    parts = [part.strip() for part in (hello.hotwords, hello.initial_prompt) if part]
    return " ".join(part for part in parts if part) or None


def _session_start(hello: Hello, clock: Clock) -> str:
    if hello.session_start is None:
        return iso_utc(clock.now())
    try:
        return iso_utc(parse_iso(hello.session_start))
    except ValueError as exc:
        raise BadRequest("session_start must be an ISO time, such as 2026-01-31T12:00:00Z") from exc
