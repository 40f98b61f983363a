"""Which participant each of the few audio slots carries. Pure: no media, no clock.

Google Meet sends a receiver three anonymous audio streams and re-uses them for whoever is loudest
(reference of 2026-09). A slot keeps its SSRC and track for ever; only the contributing source of
its packets changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Audio streams that one receiver gets.
SLOT_COUNT = 3

#: A speaker that must push another out of a slot has to be this much louder, dB.
TAKEOVER_MARGIN_DB = 3.0

#: A slot is not taken from somebody who speaks before this many ticks of 20 ms: one second.
MIN_HOLD_TICKS = 50

#: Weight of one 20 ms block in a speaker's smoothed loudness: time constant about 0.3 s.
SMOOTHING = 0.065


@dataclass
class _Slot:
    carries: int | None = None
    taken_tick: int = -MIN_HOLD_TICKS
    active_tick: int = -1


class SlotBoard:
    """The slots of one receiver. Call `assign` once a tick with everybody who makes sound."""

    def __init__(self, slot_count: int = SLOT_COUNT) -> None:
        self._slots = [_Slot() for _ in range(slot_count)]
        self._loudness_db: dict[int, float] = {}

    @property
    def carries(self) -> tuple[int | None, ...]:
        """Stream id that each slot carried last; None for a slot never used."""
        return tuple(slot.carries for slot in self._slots)

    def assign(self, tick: int, levels_dbov: Mapping[int, float]) -> tuple[int | None, ...]:
        """Decide what each slot sends in this tick.

        Args:
            tick: number of the 20 ms block; never falls.
            levels_dbov: loudness of each stream that has sound now, 0 (full scale) to -127.

        Returns:
            For each slot the stream it sends now, or None for no packet.
        """
        self._smooth(levels_dbov)
        held = {slot.carries for slot in self._slots}
        waiting = [stream for stream in levels_dbov if stream not in held]
        for stream in sorted(waiting, key=self._loudness_db.__getitem__, reverse=True):
            slot = self._slot_for(stream, tick, levels_dbov)
            if slot is not None:
                slot.carries, slot.taken_tick = stream, tick
        sending: list[int | None] = []
        for slot in self._slots:
            active = slot.carries if slot.carries in levels_dbov else None
            if active is not None:
                slot.active_tick = tick
            sending.append(active)
        return tuple(sending)

    def _smooth(self, levels_dbov: Mapping[int, float]) -> None:
        for stream, level in levels_dbov.items():
            before = self._loudness_db.get(stream, level)
            self._loudness_db[stream] = before + SMOOTHING * (level - before)
        for stream in self._loudness_db.keys() - levels_dbov.keys():
            del self._loudness_db[stream]

    def _slot_for(self, stream: int, tick: int, levels_dbov: Mapping[int, float]) -> _Slot | None:
        idle = [slot for slot in self._slots if slot.carries not in levels_dbov]
        if idle:
            return min(idle, key=lambda slot: slot.active_tick)
        quietest = min(self._slots, key=self._loudness_of)
        louder = self._loudness_db[stream] >= self._loudness_of(quietest) + TAKEOVER_MARGIN_DB
        return quietest if louder and tick - quietest.taken_tick >= MIN_HOLD_TICKS else None

    def _loudness_of(self, slot: _Slot) -> float:
        assert slot.carries is not None
        return self._loudness_db[slot.carries]
