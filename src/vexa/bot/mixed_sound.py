"""Cuts one mix of everybody by who spoke when, as the platform's own signs say.

Pure: pieces, signs and the passing of time in; pieces with a source out. A sign comes later than
the sound, so sound is held back for a moment. A piece is somebody's only when they alone spoke for
most of it; talk of two at once stays without a source, for a wrong name is worse than none. Where
signs cease between two words, the pause is still the speaker's unless another's sign is near.
Signs, which are less exact, count only on tracks whose packets never named a source; the others'
sound waits for nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from vexa.bot.page_messages import AudioPiece
from vexa.bot.pauses import Pauses
from vexa.platforms.base import Speaking

#: Sound is held back for so long beyond the lateness of the platform's signs, ms: a poll of the
#: page, and its way out.
_HOLD_MS = 400.0
#: Share of a piece in which its speaker must be known to speak, and another must not.
_MOST, _LITTLE = 0.5, 0.2
#: Sound is still somebody's for so long after their sign ceased, ms: our own choice
#: (docs/decisions/0099).
_PAUSE_MS = 400.0
#: Another's sign within this time after a piece may be late for what is in it, ms.
_APART_MS = 200.0
#: A stretch that is shorter may be a flash, and has no pauses, ms: flashes last one look, 0.25 s.
_FLASH_MS = 500.0
#: Stretches of speech that are remembered, for all people together.
_MOST_STRETCHES = 1_000


@dataclass(frozen=True, slots=True)
class _Held:
    """A piece that waits; its source is to be found by signs, or it is as the packets say.

    `came_ms`: when it was here. From a page that stalled sound and signs come late together.
    """

    piece: AudioPiece
    by_signs: bool
    came_ms: float

    def waits(self, now_ms: float, late_ms: float) -> bool:
        """Whether its sign may still come."""
        return max(self.piece.at_ms + late_ms, self.came_ms) + _HOLD_MS > now_ms


@dataclass(slots=True)
class _Stretch:
    device_id: str
    begin_ms: float
    end_ms: float = float("inf")
    pause_from_ms: float | None = None
    goes_on: bool = False

    def find_begin(self, pauses: Pauses) -> bool:
        """Tell whether it is known where this begins, with the pauses of the sound so far."""
        if self.pause_from_ms is None:
            return True
        quiet_until_ms = pauses.quiet_after(self.pause_from_ms)
        if quiet_until_ms is None:
            return False
        self.begin_ms, self.pause_from_ms = max(self.begin_ms, quiet_until_ms), None
        return True

    def note_end(self, at_ms: float, *, may_be_a_pause: bool) -> None:
        self.end_ms = at_ms
        self.goes_on = may_be_a_pause and at_ms - self.begin_ms >= _FLASH_MS


class MixedSound:
    """Holds pieces back, gives them their source, hands them on in order.

    Args:
        late_ms: how much later than the sound the platform's signs are; may change during a stay.
        hand_on: takes each piece.
    """

    def __init__(self, late_ms: float, hand_on: Callable[[AudioPiece], None]) -> None:
        self.late_ms = late_ms
        self._hand_on = hand_on
        self._held: dict[str, deque[_Held]] = {}
        self._stretches: deque[_Stretch] = deque(maxlen=_MOST_STRETCHES)
        self._sourced: set[str] = set()
        self._pauses = Pauses()
        self._now_ms = float("-inf")

    def whole_until_ms(self, now_ms: float) -> float:
        """Until when all sound that there was has been handed on, as far as is known."""
        is_by_signs = not self._sourced or self._held.keys() - self._sourced
        until_ms = now_ms - (self.late_ms + _HOLD_MS if is_by_signs else 0.0)
        return min([until_ms, *(held[0].piece.at_ms for held in self._held.values())])

    def note(self, sign: Speaking) -> None:
        """Take one sign that somebody began or ceased to speak."""
        at_ms = sign.at_ms - self.late_ms
        going_on = next(
            (s for s in reversed(self._stretches) if s.device_id == sign.device_id), None
        )
        is_on = going_on is not None and going_on.end_ms == float("inf")
        if sign.is_on and not is_on:
            pause_from_ms = sign.pause_from_ms
            if pause_from_ms is not None:
                pause_from_ms -= self.late_ms
            self._stretches.append(_Stretch(sign.device_id, at_ms, pause_from_ms=pause_from_ms))
        elif not sign.is_on and going_on is not None and is_on:
            going_on.note_end(at_ms, may_be_a_pause=sign.may_be_a_pause)

    def take(self, piece: AudioPiece) -> None:
        """Take one piece; pieces of one track come in order."""
        if piece.source is not None:
            self._sourced.add(piece.track)
        held = _Held(piece, piece.track not in self._sourced, self._now_ms)
        if held.by_signs:
            self._pauses.take(piece)
        self._held.setdefault(piece.track, deque()).append(held)

    def tick(self, now_ms: float) -> None:
        """Let time pass: hand on what has waited long enough."""
        self._now_ms = now_ms
        self._release(now_ms)

    def flush(self) -> None:
        """Hand on everything."""
        self._release(float("inf"))

    def _release(self, now_ms: float) -> None:
        ready: list[_Held] = []
        for track, held in list(self._held.items()):
            needs_signs = track not in self._sourced
            while held and not (needs_signs and held[0].waits(now_ms, self.late_ms)):
                ready.append(held.popleft())
            if not held:
                del self._held[track]
        for one in sorted(ready, key=lambda held: held.piece.at_ms):
            source = self._speaker(one.piece) if one.by_signs else one.piece.source
            self._hand_on(replace(one.piece, source=source))

    def _speaker(self, piece: AudioPiece) -> str | None:
        length_ms = len(piece.samples) * 1000 / piece.rate_hz
        shares: dict[str, float] = {}
        for stretch in self._stretches:
            if not stretch.find_begin(self._pauses):
                continue
            begin_ms = max(stretch.begin_ms, piece.at_ms)
            spoken_ms = min(stretch.end_ms, piece.at_ms + length_ms) - begin_ms
            if spoken_ms > 0:
                before = shares.get(stretch.device_id, 0.0)
                shares[stretch.device_id] = before + spoken_ms / length_ms
        ranked = sorted(shares, key=shares.__getitem__, reverse=True)
        if not ranked or shares[ranked[0]] < _MOST:
            return self._pausing(piece.at_ms, piece.at_ms + length_ms)
        return ranked[0] if len(ranked) == 1 or shares[ranked[1]] <= _LITTLE else None

    def _pausing(self, begin_ms: float, end_ms: float) -> str | None:
        """Who spoke just before and may go on, if nobody else's sign is near."""
        near = [
            stretch
            for stretch in self._stretches
            if stretch.end_ms > begin_ms - _PAUSE_MS and stretch.begin_ms < end_ms + _APART_MS
        ]
        spoke = {one.device_id for one in near if one.goes_on and one.begin_ms < begin_ms}
        is_alone = len({one.device_id for one in near}) == 1
        return spoke.pop() if spoke and is_alone else None
