"""When a tile shows that somebody speaks: late, and sometimes wrong. Pure.

Real pages toggle the speaking class about 0.2 s after the sound and flicker now and then
(reference of 2026-09), so a reader of tiles has to be robust to both.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable

from vexa.simulator.sfu.talkers import TICKS_PER_S

#: Silence after which a tile goes dark, ticks: 400 ms.
OFF_AFTER_TICKS = 20
#: Length of a false flash, ticks: 240 ms, about one poll of a reader.
FLASH_TICKS = 12


class SpeakingLights:
    """Turns who sounds in each tick into tile changes."""

    def __init__(self, delay_ticks: int, flicker_share: float, source: random.Random) -> None:
        self._delay_ticks = delay_ticks
        self._flash_chance = flicker_share / TICKS_PER_S
        self._random = source
        self._last_sound: dict[int, int] = {}
        self._flash_until: dict[int, int] = {}
        self._lit: set[int] = set()
        self._due: deque[tuple[int, int, bool]] = deque()

    def update(
        self, tick: int, sounding: Iterable[int], silent: Iterable[int]
    ) -> list[tuple[int, bool]]:
        """Return the (stream, lit) changes that pages show at this tick.

        Args:
            tick: number of the 20 ms block.
            sounding: streams that have sound now.
            silent: streams of present participants that may flash by mistake.
        """
        for stream in sounding:
            self._last_sound[stream] = tick
        for stream in silent:
            if self._random.random() < self._flash_chance:
                self._flash_until[stream] = tick + FLASH_TICKS
        wanted = {s for s, last in self._last_sound.items() if tick - last < OFF_AFTER_TICKS}
        wanted |= {s for s, until in self._flash_until.items() if tick < until}
        for stream in wanted ^ self._lit:
            self._due.append((tick + self._delay_ticks, stream, stream in wanted))
        self._lit = wanted
        changes = []
        while self._due and self._due[0][0] <= tick:
            _, stream, lit = self._due.popleft()
            changes.append((stream, lit))
        return changes
