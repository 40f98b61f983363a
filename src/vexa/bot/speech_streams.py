"""All streams of a stay: opened when someone first speaks, named when the roster knows them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from vexa.bot.page_messages import AudioPiece, QuietTrack
from vexa.bot.participant_streams import ParticipantStreams, Samples, StreamSink
from vexa.bot.roster import Roster
from vexa.bot.speech_stream import SpeechStream, StreamAddress
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.bot import BotLaunch, SpeechWishes
from vexa.contracts.times import iso_utc
from vexa.contracts.whisper_protocol import Hello
from vexa.kit.tasks import BackgroundTasks

_log = structlog.get_logger(__name__)

#: Most streams that are open at once; a page that invents sources gets no more.
MOST_STREAMS = 200


class _Nowhere:
    """Where the bot's own sound goes, and that of too many sources."""

    def audio(self, samples: Samples) -> None:
        """Drop it."""

    def gap(self, samples: int) -> None:
        """Drop it."""

    def finish(self) -> None:
        """Nothing to do."""


@dataclass(slots=True)
class _Opened:
    """A stream and the device it belongs to for good, once that is known."""

    stream: SpeechStream
    device: str | None


class SpeechStreams:
    """Opens, names and closes the streams of one launch."""

    def __init__(self, launch: BotLaunch, roster: Roster) -> None:
        self._launch = launch
        self._speech = launch.speech
        self._roster = roster
        self._opened: dict[str, list[_Opened]] = {}
        self._count = 0
        self._has_refused = False
        self._running: set[asyncio.Task[None]] = set()
        self._tasks = BackgroundTasks()
        self._participants = ParticipantStreams(self._open)

    @property
    def count(self) -> int:
        """Streams that were opened so far."""
        return self._count

    @property
    def sound_s(self) -> float:
        """Sound sent so far, seconds."""
        streams = [one.stream for opened in self._opened.values() for one in opened]
        return sum(stream.sound_samples for stream in streams) / SAMPLE_RATE_HZ

    @property
    def speech(self) -> SpeechWishes:
        """How speech becomes text now."""
        return self._speech

    def take(self, piece: AudioPiece) -> None:
        """Take one piece of sound of an admitted bot."""
        self._participants.take(piece)

    def take_quiet(self, quiet: QuietTrack) -> None:
        """Take that a track is silent; of a bot that is not in nothing is open to be silent."""
        self._participants.take_quiet(quiet)

    def tick(self, now_ms: float) -> None:
        """Let time pass, and give names to whoever has got one meanwhile."""
        self._participants.tick(now_ms)
        for key in self._participants.keys:
            if self._roster.is_own(key):
                self._participants.drop(key)
        for key, opened in self._opened.items():
            self._name(key, opened)

    def _name(self, key: str, opened: list[_Opened]) -> None:
        """Name the streams of a source. A source that went to another device gets a new stream."""
        device, name = self._roster.device_of(key), self._roster.name_of(key)
        if device is None:
            return
        for one in opened:
            one.device = one.device or device
            if name is not None and one.device == device:
                one.stream.rename(name)
        if opened[-1].device != device:
            self._participants.drop(key)

    def listen_anew(self, speech: SpeechWishes) -> None:
        """Have what is said from now on become text in another way, in streams to come too."""
        self._speech = speech
        for opened in self._opened.values():
            for one in opened:
                one.stream.listen_anew(speech)

    async def finish(self, within_s: float) -> bool:
        """Send the rest; return whether the server has all of it within `within_s`."""
        self._participants.finish()
        running = list(self._running)
        if running:
            await asyncio.wait(running, timeout=within_s)
        complete = all(task.done() for task in running)
        await self._tasks.aclose()
        return complete

    def _refuse(self) -> None:
        if not self._has_refused:
            _log.error("too_many_speech_streams", open=len(self._running))
        self._has_refused = True

    def _open(self, key: str, start_ms: float) -> StreamSink:
        if self._roster.is_own(key):
            return _Nowhere()
        if len(self._running) >= MOST_STREAMS:
            self._refuse()
            return _Nowhere()
        self._count += 1
        launch = self._launch
        hello = Hello(
            uid=f"{launch.connection_id}-{self._count}",
            **self._speech.model_dump(),
            platform=launch.platform,
            token=launch.token,
            meeting_id=launch.meeting_id,
            meeting_url=launch.meeting_url,
            resume=True,
            session_start=iso_utc(datetime.fromtimestamp(start_ms / 1000, UTC)),
            speaker=self._roster.name_of(key),
            track=f"participant-{self._count}",
            correlation_id=launch.correlation_id,
        )
        stream = SpeechStream(StreamAddress(launch.whisperlive_url, hello))
        opened = _Opened(stream, self._roster.device_of(key))
        self._opened.setdefault(key, []).append(opened)
        task = self._tasks.spawn(f"speech stream {self._count}", stream.run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return stream
