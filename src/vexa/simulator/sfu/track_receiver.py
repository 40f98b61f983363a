"""What one page hears: a track for each participant, as a video bridge forwards it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vexa.simulator.sfu.sender import SILENCE, SlotPacket, SlotTrack
from vexa.simulator.sfu.speech_source import TICK_SAMPLES, OpusPacket

#: Silence sent through each track once connected, ticks: docs/decisions/0041.
PRIMING_TICKS = 25


@dataclass
class _Forwarded:
    """One participant's track; sound goes out once both sides have agreed on it."""

    track: SlotTrack
    number: int
    is_agreed: bool = False
    priming_ticks: int = 0
    was_sending: bool = False


class TrackReceiver:
    """One page's tracks, by stream. Packets name no contributing source."""

    def __init__(self, receiver_id: str, own_stream_id: int) -> None:
        self.receiver_id = receiver_id
        self.own_stream_id = own_stream_id
        self.dropped = False
        self._forwarded: dict[int, _Forwarded] = {}
        self._count = 0

    @property
    def tracks(self) -> list[SlotTrack]:
        """Tracks that the page gets."""
        return [one.track for one in self._forwarded.values()]

    @property
    def streams(self) -> frozenset[int]:
        """Streams that have a track."""
        return frozenset(self._forwarded)

    def add(self, stream_id: int, stream_name: str, name: str) -> SlotTrack:
        """Give a participant's stream a track under the names that the page sees."""
        track = SlotTrack(stream_name, name)
        self._forwarded[stream_id] = _Forwarded(track, self._count)
        self._count += 1
        return track

    def remove(self, stream_id: int) -> SlotTrack:
        """Take a stream's track away."""
        return self._forwarded.pop(stream_id).track

    def prime(self) -> None:
        """Let tracks that were just agreed on send, after a little silence."""
        for one in self._forwarded.values():
            if not one.is_agreed:
                one.is_agreed, one.priming_ticks = True, PRIMING_TICKS

    def deliver(self, tick: int, sounds: Mapping[int, OpusPacket]) -> dict[int, int]:
        """Send this tick; return track number → stream for each track that sent."""
        sent: dict[int, int] = {}
        for stream, one in self._forwarded.items():
            sound = sounds.get(stream)
            if not one.is_agreed or self.dropped:
                continue
            if sound is not None:
                starts = not one.was_sending
                one.track.push(SlotPacket(sound, (), tick * TICK_SAMPLES, starts))
                sent[one.number] = stream
            elif one.priming_ticks > 0:
                one.track.push(SlotPacket(SILENCE, (), tick * TICK_SAMPLES, False))
            one.priming_ticks = max(0, one.priming_ticks - 1)
            one.was_sending = sound is not None
        return sent
