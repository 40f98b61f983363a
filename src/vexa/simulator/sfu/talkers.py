"""Who makes sound in a meeting: participants with a schedule, and people with a microphone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import av
import numpy as np
from numpy.typing import NDArray

from vexa.simulator.sfu.speech_source import (
    OPUS_RATE_HZ,
    TICK_MS,
    TICK_SAMPLES,
    OpusEncoder,
    OpusPacket,
    level_dbov,
)

TICKS_PER_S = 1000 // TICK_MS


@dataclass(frozen=True)
class Word:
    """A word with its times in seconds from the start of the utterance."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Utterance:
    """Speech that somebody says at `at_s` on the meeting's clock, or as soon after as they can."""

    utterance_id: str
    at_s: float
    text: str
    packets: tuple[OpusPacket, ...] = field(repr=False)
    words: tuple[Word, ...] = ()

    @property
    def length_s(self) -> float:
        """Length of the sound, a multiple of 20 ms."""
        return len(self.packets) / TICKS_PER_S


@dataclass
class Played:
    """What of an utterance was really sent: ticks, and packets that each receiver got."""

    utterance: Utterance
    first_tick: int
    packets: int = 0
    carried: dict[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """False when the speaker was muted or left before the end."""
        return self.packets == len(self.utterance.packets)


OnPlayed = Callable[[Played], None]


class ScriptedTalker:
    """Plays a participant's utterances, one after the other, never two at once.

    `clock_tick` is the tick at which the meeting's clock stood at zero; None before it starts.
    While muted nothing is sent and what falls due is skipped, as with a real microphone.
    """

    def __init__(self, stream_id: int, on_played: OnPlayed) -> None:
        self.stream_id = stream_id
        self.clock_tick: int | None = None
        self.muted = False
        self._pending: list[Utterance] = []
        self._playing: Played | None = None
        self._on_played = on_played

    @property
    def is_busy(self) -> bool:
        """Whether something is being said or still to be said."""
        return self._playing is not None or bool(self._pending)

    def schedule(self, utterances: Sequence[Utterance]) -> None:
        """Add to what is to be said."""
        self._pending = sorted([*self._pending, *utterances], key=lambda item: item.at_s)

    def next_packet(self, tick: int) -> OpusPacket | None:
        """Return this tick's sound, if any."""
        if self.muted:
            self.stop()
            self._skip_due(tick)
            return None
        if self._playing is None:
            self._start_due(tick)
        playing = self._playing
        if playing is None:
            return None
        packet = playing.utterance.packets[playing.packets]
        playing.packets += 1
        return packet

    def carried(self, receiver_id: str) -> None:
        """Count a packet of the present utterance that a receiver got."""
        if self._playing is not None:
            counts = self._playing.carried
            counts[receiver_id] = counts.get(receiver_id, 0) + 1

    def after_tick(self) -> None:
        """Close the utterance when its last packet is out."""
        if self._playing is not None and self._playing.is_whole:
            self.stop()

    def stop(self) -> None:
        """End the present utterance here. Safe to call when silent."""
        playing, self._playing = self._playing, None
        if playing is not None:
            self._on_played(playing)

    def _is_due(self, utterance: Utterance, tick: int) -> bool:
        return self.clock_tick is not None and (
            tick - self.clock_tick >= round(utterance.at_s * TICKS_PER_S)
        )

    def _start_due(self, tick: int) -> None:
        if self._pending and self._is_due(self._pending[0], tick):
            self._playing = Played(self._pending.pop(0), tick)

    def _skip_due(self, tick: int) -> None:
        self._pending = [item for item in self._pending if not self._is_due(item, tick)]


#: A microphone's block louder than this is speech; room noise of a headset lies below.
SPEECH_DBOV = -50
#: Silence that a speaker may keep within one spurt of packets, ticks: 400 ms.
HANGOVER_TICKS = 20
#: Blocks kept against jitter, and the most that may wait before the oldest is lost.
PREBUFFER_TICKS = 3
BACKLOG_TICKS = 25


class LiveTalker:
    """A person's microphone: decoded sound in, Opus packets out, nothing in silence.

    `keep`, if set, takes each block of 20 ms that came in: int16[960], mono, 48 kHz.
    """

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.keep: Callable[[NDArray[np.int16]], None] | None = None
        self._encoder = OpusEncoder()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=OPUS_RATE_HZ)
        self._rest: NDArray[np.int16] = np.zeros(0, np.int16)
        self._ready: deque[OpusPacket] = deque(maxlen=BACKLOG_TICKS)
        self._is_flowing = False
        self._quiet_ticks = HANGOVER_TICKS

    def feed(self, frame: av.AudioFrame) -> None:
        """Take one decoded frame from the person's connection."""
        blocks = [out.to_ndarray()[0] for out in self._resampler.resample(frame)]
        if blocks:
            self.take(np.concatenate(blocks).astype(np.int16))

    def take(self, samples: NDArray[np.int16]) -> None:
        """Take samples of the person's sound: int16[n], mono, 48 kHz."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // TICK_SAMPLES * TICK_SAMPLES
        self._rest = samples[whole:]
        for block in samples[:whole].reshape(-1, TICK_SAMPLES):
            self._take_block(block)

    def _take_block(self, block: NDArray[np.int16]) -> None:
        if self.keep is not None:
            self.keep(block)
        is_loud = level_dbov(block) > SPEECH_DBOV
        self._quiet_ticks = 0 if is_loud else self._quiet_ticks + 1
        packets = self._encoder.encode(block)
        if self._quiet_ticks < HANGOVER_TICKS:
            self._ready.extend(packets)

    def next_packet(self, tick: int) -> OpusPacket | None:
        """Return this tick's sound, if any; a spurt starts when a few blocks wait."""
        if not self._is_flowing and len(self._ready) >= PREBUFFER_TICKS:
            self._is_flowing = True
        if not self._is_flowing:
            return None
        if not self._ready:
            self._is_flowing = False
            return None
        return self._ready.popleft()

    def carried(self, receiver_id: str) -> None:
        """Nothing is counted for people."""

    def after_tick(self) -> None:
        """Nothing to close."""
