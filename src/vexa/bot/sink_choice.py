"""Says when the sound of the bot's sink counts: only while the page's own tracks stay silent.

Pure: pieces and the passing of time in; pieces of the sink that are heard out. The sink has all
that the page plays, whether a hook of the page sees it or not, in one mix. So what a track brings
is in it too, a little later, and none of it may be heard twice: the sink counts once it has sounded
beside a silent page for `WAIT_MS`, with what it had since then, until the page sounds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vexa.bot.page_messages import AudioPiece

#: Peak from which a track of the page is audible: what a decoder leaves of an ended stream is
#: below it (`participant_streams`). The sink must be surely louder, so that no sound is audible
#: in the sink alone only because the page plays it louder than it came: -40 dB of full scale.
PAGE_AUDIBLE, _SINK_AUDIBLE = 100, 330
#: The page is silent for so long beside a sounding sink before it counts, ms.
WAIT_MS = 10_000.0
#: So much of that is audible, ms: a chime is not.
_ENOUGH_MS = 2_000.0
#: Sound that did not suffice is forgotten after so long, ms.
_KEPT_MS = 15_000.0
#: A sink that counts is held back for so long, ms: a track's sound may be on its way out.
HOLD_MS = 1_000.0


@dataclass(frozen=True, slots=True)
class _Held:
    piece: AudioPiece
    is_audible: bool


class SinkChoice:
    """Holds the sink's sound back and hands on what is heard by it. `is_chosen`: it counts now.

    Args:
        hand_on: takes each piece, in order.
    """

    def __init__(self, hand_on: Callable[[AudioPiece], None]) -> None:
        self._hand_on = hand_on
        self._held: deque[_Held] = deque()
        self._told_until_ms = float("-inf")
        self.is_chosen = False

    def take_page(self, piece: AudioPiece, peak: int) -> bool:
        """Note a piece of the page's own sound; tell whether it is still to be heard.

        Args:
            piece: of any track, heard or not.
            peak: its `peak_of`.
        """
        if peak < PAGE_AUDIBLE:
            return True
        if piece.at_ms < self._told_until_ms:
            # very late: the sink has told it already
            return False
        if self.is_chosen:
            self._release_until(piece.at_ms)
        self.is_chosen = False
        self._held.clear()
        return True

    def take(self, piece: AudioPiece) -> None:
        """Take a piece of the sink's sound. Digital silence is time that passes."""
        peak = peak_of(piece)
        if peak > 0:
            self._held.append(_Held(piece, peak >= _SINK_AUDIBLE))

    def tick(self, now_ms: float) -> None:
        """Let time pass: choose the sink, forget what did not suffice, hand on what is heard."""
        if not self.is_chosen:
            self._forget_before(now_ms - _KEPT_MS)
            self.is_chosen = self._suffices(now_ms)
        if self.is_chosen:
            self._release_until(now_ms - HOLD_MS)

    def flush(self) -> None:
        """Hand on what is held back of a sink that counts."""
        if self.is_chosen:
            self._release_until(float("inf"))

    def _suffices(self, now_ms: float) -> bool:
        audible = [held.piece for held in self._held if held.is_audible]
        if not audible or now_ms - audible[0].at_ms < WAIT_MS:
            return False
        return sum(map(_length_ms, audible)) >= _ENOUGH_MS

    def _forget_before(self, time_ms: float) -> None:
        while self._held and self._held[0].piece.at_ms < time_ms:
            self._held.popleft()

    def _release_until(self, time_ms: float) -> None:
        while self._held and self._held[0].piece.at_ms < time_ms:
            piece = self._held.popleft().piece
            self._told_until_ms = piece.at_ms + _length_ms(piece)
            self._hand_on(piece)


def peak_of(piece: AudioPiece) -> int:
    """Return the largest sample of a piece, 0 to 32768."""
    return int(np.abs(piece.samples.astype(np.int32)).max(initial=0))


def _length_ms(piece: AudioPiece) -> float:
    return len(piece.samples) * 1000 / piece.rate_hz
