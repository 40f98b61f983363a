"""The 20 ms heart of a meeting: takes sound from talkers and fills the slots of every receiver."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Protocol

from vexa.simulator.sfu.sender import SlotPacket, SlotTrack
from vexa.simulator.sfu.slots import SLOT_COUNT, SlotBoard
from vexa.simulator.sfu.speech_source import SILENCE_DBOV, TICK_MS, TICK_SAMPLES, OpusPacket

TICK_S = TICK_MS / 1000

#: Silence sent through each slot once connected, ticks: 0.5 s. Without it a browser stretches the
#: first second of speech on each slot while it learns the network's jitter (measured 2026-11).
PRIMING_TICKS = 25

#: Opus's own code for 20 ms of nothing (RFC 6716, 3.1: a frame of no bytes, mono, CELT 20 ms).
SILENCE = OpusPacket(b"\xf8\xff\xfe", SILENCE_DBOV)

#: (receiver, slot, stream id): a slot was given to another stream.
OnSlot = Callable[[str, int, int], None]
#: (tick, streams that sound): what was heard in one tick, sent or not.
OnTick = Callable[[int, Collection[int]], None]


class Talker(Protocol):
    """Something that makes sound under one stream id."""

    stream_id: int

    def next_packet(self, tick: int) -> OpusPacket | None:
        """Return this tick's sound, or None when silent. Called once a tick."""
        ...

    def carried(self, receiver_id: str) -> None:
        """Learn that the last packet went to this receiver."""
        ...

    def after_tick(self) -> None:
        """Learn that every receiver has been served."""
        ...


class Receiver:
    """One peer's slots. `own_stream_id` is never sent back to it."""

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
                track.push(SlotPacket(SILENCE, None, tick * TICK_SAMPLES, False))

    def deliver(self, tick: int, sounds: dict[int, OpusPacket]) -> dict[int, int]:
        """Send this tick; return slot → stream for each slot that sent."""
        heard = {stream: sound for stream, sound in sounds.items() if stream != self.own_stream_id}
        levels = {stream: float(sound.level_dbov) for stream, sound in heard.items()}
        sending = self._board.assign(tick, levels)
        sent: dict[int, int] = {}
        for slot, stream in enumerate(sending):
            if stream is None or self.dropped:
                continue
            starts = self._was_sending[slot] is None
            packet = SlotPacket(heard[stream], stream, tick * TICK_SAMPLES, starts)
            self.tracks[slot].push(packet)
            sent[slot] = stream
        self._was_sending = sending
        if self._priming_ticks > 0:
            self._send_priming(tick)
        return sent


class Conference:
    """Talkers and receivers of one meeting, and the loop that ties them together."""

    def __init__(self, on_slot: OnSlot, on_tick: OnTick) -> None:
        self.talkers: dict[int, Talker] = {}
        self.receivers: dict[str, Receiver] = {}
        self._on_slot = on_slot
        self._on_tick = on_tick
        self._carries: dict[tuple[str, int], int] = {}
        self._tick = 0
        self._epoch_s = time.time()

    @property
    def tick(self) -> int:
        """Number of the next 20 ms block."""
        return self._tick

    def epoch_of(self, tick: int) -> float:
        """Time of day of a tick, seconds since 1970."""
        return self._epoch_s + tick * TICK_S

    async def run(self) -> None:
        """Tick on an absolute 20 ms grid until cancelled; a late tick is caught up, not lost."""
        started_s = time.monotonic() - self._tick * TICK_S
        self._epoch_s = time.time() - self._tick * TICK_S
        while True:
            self.step()
            delay_s = started_s + self._tick * TICK_S - time.monotonic()
            await asyncio.sleep(max(0.0, delay_s))

    def step(self) -> None:
        """Move one tick on."""
        sounds: dict[int, OpusPacket] = {}
        for talker in list(self.talkers.values()):
            packet = talker.next_packet(self._tick)
            if packet is not None:
                sounds[talker.stream_id] = packet
        for receiver in list(self.receivers.values()):
            self._account(receiver.receiver_id, receiver.deliver(self._tick, sounds))
        for talker in list(self.talkers.values()):
            talker.after_tick()
        self._on_tick(self._tick, sounds.keys())
        self._tick += 1

    def _account(self, receiver_id: str, sent: dict[int, int]) -> None:
        for slot, stream in sent.items():
            talker = self.talkers.get(stream)
            if talker is not None:
                talker.carried(receiver_id)
            if self._carries.get((receiver_id, slot)) != stream:
                self._carries[receiver_id, slot] = stream
                self._on_slot(receiver_id, slot, stream)
