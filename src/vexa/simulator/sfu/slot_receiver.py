"""What one page hears through a few anonymous slots that are re-used for whoever is loudest."""

from __future__ import annotations

from collections.abc import Mapping

from vexa.simulator.sfu.sender import SILENCE, SlotPacket, SlotTrack
from vexa.simulator.sfu.slots import SLOT_COUNT, SlotBoard
from vexa.simulator.sfu.speech_source import TICK_SAMPLES, OpusPacket

#: Silence sent through each slot once connected, ticks: 0.5 s. Without it a browser stretches the
#: first second of speech on each slot while it learns the network's jitter (measured 2026-11).
PRIMING_TICKS = 25


class SlotReceiver:
    """One page's slots. `own_stream_id` is never sent back to it."""

    def __init__(self, receiver_id: str, own_stream_id: int) -> None:
        self.receiver_id = receiver_id
        self.own_stream_id = own_stream_id
        self.tracks = [SlotTrack() for _ in range(SLOT_COUNT)]
        self.dropped = False
        self._priming_ticks = 0
        self._board = SlotBoard()
        self._was_sending: tuple[int | None, ...] = (None,) * SLOT_COUNT

    def prime(self) -> None:
        """Send a little silence through every slot, so that the page's jitter buffers settle."""
        self._priming_ticks = PRIMING_TICKS

    def _send_priming(self, tick: int) -> None:
        self._priming_ticks -= 1
        for slot, track in enumerate(self.tracks):
            if self._was_sending[slot] is None:
                track.push(SlotPacket(SILENCE, (), tick * TICK_SAMPLES, False))

    def deliver(self, tick: int, sounds: Mapping[int, OpusPacket]) -> dict[int, int]:
        """Send this tick; return slot → stream for each slot that sent."""
        heard = {stream: sound for stream, sound in sounds.items() if stream != self.own_stream_id}
        levels = {stream: float(sound.level_dbov) for stream, sound in heard.items()}
        sending = self._board.assign(tick, levels)
        sent: dict[int, int] = {}
        for slot, stream in enumerate(sending):
            if stream is None or self.dropped:
                continue
            starts = self._was_sending[slot] is None
            packet = SlotPacket(heard[stream], (stream,), tick * TICK_SAMPLES, starts)
            self.tracks[slot].push(packet)
            sent[slot] = stream
        self._was_sending = sending
        if self._priming_ticks > 0:
            self._send_priming(tick)
        return sent
