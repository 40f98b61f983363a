"""Live captions as a page is sent them: late, line by line, and growing word by word.

Pure: ticks with who sounds in, what has to be shown out. The words are made up: nobody may take
them for what was said.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from vexa.simulator.sfu.speech_source import TICK_MS

#: Speech between two growths of a line, ticks: 400 ms (public bots, 2026-09).
_GROWTH_TICKS = 400 // TICK_MS
#: Silence after which somebody's next words are a line of their own, ticks.
_LINE_TICKS = 1_000 // TICK_MS
#: A growth is shown so long after its last sound, ms; its first sound is a growth older.
_LATE_MS = (1_000, 1_600)


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """A line as it is to be shown now. `stream_id` is its author's."""

    number: int
    stream_id: int
    text: str


@dataclass(slots=True)
class _Talk:
    number: int
    words: int = 0
    spoken: int = 0
    silent: int = 0
    shown_at: int = 0


@dataclass(slots=True)
class Captioner:
    """Makes one page's captions. `source` decides how late each growth is."""

    source: random.Random
    _talks: dict[int, _Talk] = field(default_factory=dict)
    _due: deque[tuple[int, CaptionLine]] = field(default_factory=deque)
    _lines: int = 0

    def step(self, tick: int, sounding: Collection[int]) -> list[CaptionLine]:
        """Take who sounds in a tick; return the lines that come or change in it."""
        for stream in sounding:
            self._hear(tick, stream)
        for stream in [one for one in self._talks if one not in sounding]:
            self._pass(tick, stream)
        ready = [line for due, line in self._due if due <= tick]
        self._due = deque((due, line) for due, line in self._due if due > tick)
        return ready

    def _hear(self, tick: int, stream: int) -> None:
        talk = self._talks.get(stream)
        if talk is None:
            self._lines += 1
            talk = self._talks[stream] = _Talk(self._lines)
        talk.silent = 0
        talk.spoken += 1
        if talk.spoken >= _GROWTH_TICKS:
            self._grow(tick, stream, talk)

    def _pass(self, tick: int, stream: int) -> None:
        talk = self._talks[stream]
        talk.silent += 1
        if talk.spoken:
            self._grow(tick, stream, talk)
        if talk.silent >= _LINE_TICKS:
            del self._talks[stream]

    def _grow(self, tick: int, stream: int, talk: _Talk) -> None:
        talk.words += 1
        talk.spoken = 0
        late = self.source.randint(*_LATE_MS) // TICK_MS
        talk.shown_at = max(talk.shown_at, tick + late)
        line = CaptionLine(talk.number, stream, " ".join(["word"] * talk.words))
        self._due.append((talk.shown_at, line))
