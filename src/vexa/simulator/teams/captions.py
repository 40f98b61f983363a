"""Live captions as a page is sent them: late, line by line, and growing word by word.

Pure: ticks with who sounds in, what has to be shown out. The words are made up: nobody may take
them for what was said.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from vexa.simulator.sfu.speech_source import TICK_MS

#: Speech between two growths of a line, ticks: 400 ms (public bots, 2026-09).
_GROWTH_TICKS = 400 // TICK_MS
#: Silence after which somebody's next words are a line of their own, ticks.
_LINE_TICKS = 1_000 // TICK_MS
#: A growth is shown so long after its last sound, ms; its first sound is a growth older.
_LATE_MS = (1_000, 1_600)


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """A line as it is to be shown now.

    Attributes:
        number: of the line.
        stream_id: its author's.
        text: all of it so far.
        began_tick: tick of its first sound.
        length_s: from there to the end of its last sound so far, seconds.
        is_final: it has been shown like this already, and does not grow any more.
    """

    number: int
    stream_id: int
    text: str
    began_tick: int
    length_s: float
    is_final: bool = False


@dataclass(slots=True)
class _Talk:
    number: int
    began: int
    last: int = 0
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
            talk = self._talks[stream] = _Talk(self._lines, tick)
        talk.silent = 0
        talk.last = tick
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
            final = replace(self._line(stream, talk), is_final=True)
            self._due.append((max(tick, talk.shown_at), final))

    def _grow(self, tick: int, stream: int, talk: _Talk) -> None:
        talk.words += 1
        talk.spoken = 0
        late = self.source.randint(*_LATE_MS) // TICK_MS
        talk.shown_at = max(talk.shown_at, tick + late)
        self._due.append((talk.shown_at, self._line(stream, talk)))

    @staticmethod
    def _line(stream: int, talk: _Talk) -> CaptionLine:
        text = " ".join(["word"] * talk.words)
        length_s = (talk.last + 1 - talk.began) * TICK_MS / 1000
        return CaptionLine(talk.number, stream, text, talk.began, length_s)
