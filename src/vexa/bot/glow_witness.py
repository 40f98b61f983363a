"""Finds whose a contributing source is by whose tile is lit while it sounds.

Pure: sound and signs in; source → device out. Asked where the roster is mute. Signs are late,
linger after the sound and flicker, so a moment counts only when one source alone has sounded for a
while and one tile alone is lit. A source becomes somebody's after `_ENOUGH_MS` of such moments, if
nearly all of them agree.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vexa.bot.page_messages import AudioPiece
from vexa.platforms.base import Speaking

#: A source counts from so long after it began to sound alone, ms: what lit before has gone dark by
#: then. The lateness of a lit tile is 0.2 s, a dim one 0.6 s, and a look and its proof 0.5 s
#: (platforms' reference, 2026-09).
_SETTLED_MS = 1_200.0
#: A pause that does not end an uninterrupted stretch, ms: between words, and between packets.
_PAUSE_MS = 400.0
#: Moments together that make a source somebody's, ms, and the share of them that must agree.
_ENOUGH_MS, _SHARE = 2_000.0, 0.85
#: Most sources that are remembered.
_MOST_SOURCES = 500


@dataclass(slots=True)
class _Solo:
    """What one source alone has sounded without a break."""

    source: str
    begin_ms: float
    end_ms: float


@dataclass
class GlowWitness:
    """Counts, for each source, whose tile was lit. `take` and `note` come in order of time."""

    _lit: set[str] = field(default_factory=set)
    _solo: _Solo | None = None
    _moments: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, sign: Speaking) -> None:
        """Take one sign that a tile was lit or went dark."""
        (self._lit.add if sign.is_on else self._lit.discard)(sign.device_id)

    def take(self, piece: AudioPiece) -> None:
        """Take one piece of sound, as it comes from the page."""
        length_ms = len(piece.samples) * 1000 / piece.rate_hz
        solo = self._solo
        if piece.source is None:
            self._solo = None
        elif solo is None or solo.source != piece.source or piece.at_ms - solo.end_ms > _PAUSE_MS:
            # of two at once none gets past this: their pieces take turns
            self._solo = _Solo(piece.source, piece.at_ms, piece.at_ms + length_ms)
        else:
            solo.end_ms = max(solo.end_ms, piece.at_ms + length_ms)
            if piece.at_ms - solo.begin_ms >= _SETTLED_MS and len(self._lit) == 1:
                self._count(piece.source, next(iter(self._lit)), length_ms)

    def _count(self, source: str, device_id: str, length_ms: float) -> None:
        if source in self._moments or len(self._moments) < _MOST_SOURCES:
            self._moments.setdefault(source, Counter())[device_id] += round(length_ms)

    def owner_of(self, source: str) -> str | None:
        """Return the device whose source this is, if it is sure, and sure of nobody else's."""
        device_id = self._surely(source)
        others = [one for one in self._moments if one != source]
        if device_id is None or any(self._surely(one) == device_id for one in others):
            return None
        return device_id

    def _surely(self, source: str) -> str | None:
        moments = self._moments.get(source)
        if not moments:
            return None
        device_id, most_ms = moments.most_common(1)[0]
        together_ms = moments.total()
        is_sure = together_ms >= _ENOUGH_MS and most_ms >= _SHARE * together_ms
        return device_id if is_sure else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources that anything is known of."""
        return tuple(self._moments)
