"""The 20 ms heart of a meeting: takes sound from talkers and fills the slots of every receiver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from vexa.simulator.sfu.speech_source import OpusPacket
from vexa.simulator.sfu.tick_clock import TickClock

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


class Receiver(Protocol):
    """What one page hears, by its platform's policy: slots, a track for each person, one mix.

    `dropped`: the network is gone; nothing is sent while it stands.
    """

    receiver_id: str
    dropped: bool

    def deliver(self, tick: int, sounds: Mapping[int, OpusPacket]) -> dict[int, int]:
        """Send one tick of sound.

        Args:
            tick: number of the 20 ms block.
            sounds: stream id → its sound; the receiver leaves out its own page's.

        Returns:
            Number of each track that sent → the stream that it carries above all.
        """
        ...


class Conference:
    """Talkers and receivers of one meeting, and the loop that ties them together."""

    def __init__(self, on_slot: OnSlot, on_tick: OnTick) -> None:
        self.talkers: dict[int, Talker] = {}
        self.receivers: dict[str, Receiver] = {}
        self._on_slot = on_slot
        self._on_tick = on_tick
        self._carries: dict[tuple[str, int], int] = {}
        self._tick = 0
        self._clock = TickClock()

    @property
    def tick(self) -> int:
        """Number of the next 20 ms block."""
        return self._tick

    def epoch_of(self, tick: float) -> float:
        """Time of day of a tick, or between two, seconds since 1970."""
        return self._clock.epoch_of(tick)

    async def run(self) -> None:
        """Tick until cancelled; a tick that is a little late is caught up (`TickClock`)."""
        self._clock.start(self._tick)
        while True:
            self.step()
            await asyncio.sleep(self._clock.wait_s(self._tick))

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
