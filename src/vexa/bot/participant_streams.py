"""Cuts labelled pieces of a few re-used tracks into one audio stream per participant.

In: `AudioPiece`s as the page sends them, and the passing of time. Out, for each participant: 16 kHz
sound and gaps, in order, every sample at its place on one clock (epoch time minus the stream's
start). Pure: no I/O, no clock; sinks are injected.

A participant is a source (a contributing source, or a device), never a track and never a name: two
people of one name are two streams, and one person on three slots is one. Sound without evidence of
its source waits for a moment; if the evidence comes in time, and nobody else spoke just before, it
is that source's, else it goes to a stream without a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soxr

from vexa.bot.page_messages import AudioPiece, QuietTrack
from vexa.contracts.audio import SAMPLE_RATE_HZ, SAMPLES_PER_MS

Samples = npt.NDArray[np.int16]

#: Pieces less apart than this are one stretch of sound: jitter of the page's clock, ms.
_JOIN_MS = 60.0
#: Within a stretch the two clocks may part by so much before silence is put in between, ms.
_DRIFT_MS = 500.0
#: A stretch is over when nothing came for so long: the page's look-ahead, a piece, and more, ms.
_STRETCH_OVER_MS = 300.0
#: A page may stall for so long before its tracks count as silent, ms: it loses sound after 3 s.
_STALL_MS = 3_000.0
#: For so long after a stretch, passing silence is told as it passes, so that an utterance can end.
_TELL_SILENCE_MS = 4_000.0
#: Unattributed sound waits so long for evidence, ms.
_WAIT_MS = 1_000.0
#: Evidence reaches back no further than this: what came before may be somebody else's, ms.
_REACH_BACK_MS = 300.0
#: Sound without evidence whose peak is below this is what a decoder leaves of a stream that has
#: ended (-50 dB of full scale; measured in the double), and opens no stream.
_AUDIBLE = 100
#: A stream that was silent for so long is closed; its participant gets a new one, ms.
IDLE_MS = 600_000.0


class StreamSink(Protocol):
    """Where one participant's stream goes."""

    def audio(self, samples: Samples) -> None:
        """Take sound: int16[n], mono, 16 kHz, directly after what came before."""
        ...

    def gap(self, samples: int) -> None:
        """Let so many samples of silence pass."""
        ...

    def finish(self) -> None:
        """Nothing more will come."""
        ...


#: `(key, start_ms)` → sink. Keys: a source, or `track:…` for sound without evidence.
OpenSink = Callable[[str, float], StreamSink]


@dataclass(slots=True)
class _Stream:
    sink: StreamSink
    start_ms: float
    track: str
    told: int = 0
    last_sound_ms: float = 0.0
    stretch_start: int | None = None
    stretch_in: int = 0
    piece_end_ms: float = 0.0
    rate_hz: int = 0
    resampler: soxr.ResampleStream | None = None

    def position(self, at_ms: float) -> int:
        return round((at_ms - self.start_ms) * SAMPLES_PER_MS)

    @property
    def end(self) -> int:
        """Position after the last sample taken in, told or still in the resampler."""
        if self.stretch_start is None:
            return self.told
        return self.stretch_start + round(self.stretch_in * SAMPLE_RATE_HZ / self.rate_hz)

    @property
    def end_ms(self) -> float:
        return self.start_ms + self.end / SAMPLES_PER_MS

    def take(self, piece: AudioPiece, samples: Samples) -> None:
        if not self._goes_on(piece):
            self.close_stretch()
            self.silence_until(self.position(piece.at_ms))
            self.stretch_start, self.stretch_in = self.told, 0
            self.rate_hz = piece.rate_hz
            self.resampler = soxr.ResampleStream(piece.rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16")
        self.track = piece.track
        self.stretch_in += len(samples)
        self.piece_end_ms = _end_ms(piece)
        self.last_sound_ms = max(self.end_ms, self.piece_end_ms)
        assert self.resampler is not None
        self._put(self.resampler.resample_chunk(samples))

    def _goes_on(self, piece: AudioPiece) -> bool:
        # A piece that comes after its time was told as silence is written late rather than lost,
        # so it is the page's own times that say whether two pieces touch.
        return (
            self.stretch_start is not None
            and self.rate_hz == piece.rate_hz
            and abs(piece.at_ms - self.piece_end_ms) <= _JOIN_MS
            and piece.at_ms - self.end_ms <= _DRIFT_MS
        )

    def close_stretch(self) -> None:
        if self.stretch_start is None or self.resampler is None:
            return
        end = self.end
        self._put(self.resampler.resample_chunk(np.empty(0, np.int16), last=True))
        self.stretch_start = self.resampler = None
        self.silence_until(end)

    def silence_until(self, position: int) -> None:
        if position > self.told:
            self.sink.gap(position - self.told)
            self.told = position

    def _put(self, samples: Samples) -> None:
        if len(samples):
            self.sink.audio(samples)
            self.told += len(samples)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The last sound of a track that went to a stream: whose, and its end."""

    source: str | None
    end_ms: float


@dataclass(slots=True)
class _Waiting:
    """Unattributed sound of one track, in order."""

    pieces: list[AudioPiece] = field(default_factory=list)


def _length_ms(piece: AudioPiece) -> float:
    return len(piece.samples) * 1000 / piece.rate_hz


def _end_ms(piece: AudioPiece) -> float:
    return piece.at_ms + _length_ms(piece)


class ParticipantStreams:
    """All streams of a stay. Feed it pieces by `take` and time by `tick`."""

    def __init__(self, open_sink: OpenSink) -> None:
        self._open_sink = open_sink
        self._streams: dict[str, _Stream] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._last_on_track: dict[str, _Spoken] = {}
        self._known_ms: dict[str, float] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the open streams."""
        return tuple(self._streams)

    def take(self, piece: AudioPiece) -> None:
        """Take one piece of sound. Pieces of one track come in order."""
        if piece.track in self._known_ms:
            self._known_ms[piece.track] = max(self._known_ms[piece.track], _end_ms(piece))
        if piece.source is None:
            self._wait(piece)
            return
        self._settle_waiting(piece)
        self._last_on_track[piece.track] = _Spoken(piece.source, _end_ms(piece))
        self._write(piece.source, piece)

    def take_quiet(self, quiet: QuietTrack) -> None:
        """Take that a track had no more sound until a time; a page that stalls tells nothing."""
        self._known_ms[quiet.track] = quiet.until_ms

    def tick(self, now_ms: float) -> None:
        """Let time pass: ends stretches, tells silence, gives up waiting, closes idle streams."""
        for track, waiting in list(self._waiting.items()):
            if now_ms - waiting.pieces[0].at_ms > _WAIT_MS + _STRETCH_OVER_MS:
                self._give_up(track)
        for key, stream in list(self._streams.items()):
            until_ms = self._heard_until(stream, now_ms)
            silent_ms = until_ms - stream.last_sound_ms
            if silent_ms > IDLE_MS:
                self._close(key)
            elif silent_ms > _STRETCH_OVER_MS:
                stream.close_stretch()
                if silent_ms < _TELL_SILENCE_MS:
                    stream.silence_until(stream.position(until_ms - _STRETCH_OVER_MS))

    def _heard_until(self, stream: _Stream, now_ms: float) -> float:
        """Until when all sound of a stream is here, and `_STRETCH_OVER_MS` more.

        A track that tells of its silence has more to tell while it does not.
        """
        known_ms = self._known_ms.get(stream.track)
        if known_ms is None:
            return now_ms
        known_ms = max(known_ms, stream.last_sound_ms)
        may_tell_more = now_ms - known_ms <= _STALL_MS
        return min(now_ms, known_ms + _STRETCH_OVER_MS) if may_tell_more else now_ms

    def drop(self, key: str) -> None:
        """Close one stream, for example when it turns out to be the bot's own."""
        self._close(key)

    def finish(self) -> None:
        """Close every stream, after what still waits was written."""
        for track in list(self._waiting):
            self._give_up(track)
        for key in list(self._streams):
            self._close(key)

    def _close(self, key: str) -> None:
        stream = self._streams.pop(key, None)
        if stream is not None:
            stream.close_stretch()
            stream.sink.finish()

    def _wait(self, piece: AudioPiece) -> None:
        waiting = self._waiting.setdefault(piece.track, _Waiting())
        waiting.pieces.append(piece)
        if _end_ms(piece) - waiting.pieces[0].at_ms > _WAIT_MS:
            self._give_up(piece.track)

    def _settle_waiting(self, piece: AudioPiece) -> None:
        """Give waiting sound to the source that goes on from it, if no other spoke just before."""
        waiting = self._waiting.pop(piece.track, None)
        if waiting is None or piece.source is None:
            return
        first, last = waiting.pieces[0], waiting.pieces[-1]
        before = self._last_on_track.get(piece.track, _Spoken(None, float("-inf")))
        is_free = before.source == piece.source or first.at_ms - before.end_ms > _JOIN_MS
        joined = abs(piece.at_ms - _end_ms(last)) <= _JOIN_MS
        for part in waiting.pieces:
            near = piece.at_ms - part.at_ms <= _REACH_BACK_MS
            if is_free and joined and near:
                self._write(piece.source, part)
            else:
                self._write_unknown(part)

    def _give_up(self, track: str) -> None:
        waiting = self._waiting.pop(track)
        for piece in waiting.pieces:
            self._last_on_track[track] = _Spoken(None, _end_ms(piece))
            self._write_unknown(piece)

    def _write_unknown(self, piece: AudioPiece) -> None:
        if np.abs(piece.samples.astype(np.int32)).max() >= _AUDIBLE:
            self._write(f"track:{piece.track}", piece)

    def _write(self, key: str, piece: AudioPiece) -> None:
        stream = self._streams.get(key)
        if stream is None:
            stream = _Stream(self._open_sink(key, piece.at_ms), piece.at_ms, piece.track)
            self._streams[key] = stream
        samples = piece.samples
        if stream.track != piece.track and stream.stretch_start is not None:
            samples = samples[self._doubled(stream, piece) :]
        if len(samples):
            stream.take(piece, samples)

    @staticmethod
    def _doubled(stream: _Stream, piece: AudioPiece) -> int:
        """Count leading samples that the same source has already given on another track."""
        overlap_ms = stream.end_ms - piece.at_ms
        if overlap_ms <= _JOIN_MS:
            return 0
        return min(len(piece.samples), round(overlap_ms * piece.rate_hz / 1000))
