"""Finds pauses in one mix of everybody. Pure: pieces in their order in, epoch times (ms) out."""

from __future__ import annotations

from collections import deque

import numpy as np

from vexa.bot.page_messages import AudioPiece

#: A piece is quiet below this share of the usual level: -14 dB, which a breath is and a vowel not.
_QUIET_SHARE = 0.2
#: The usual level is that of the loudest pieces among this many of the last, 10 s of 100 ms; the
#: share of them that are louder.
_REMEMBERED, _LOUDEST = 100, 0.25


class Pauses:
    """Remembers where the last seconds of a mix were quiet."""

    def __init__(self) -> None:
        self._levels: deque[tuple[float, float, float]] = deque(maxlen=_REMEMBERED)

    def take(self, piece: AudioPiece) -> None:
        """Take one piece."""
        end_ms = piece.at_ms + len(piece.samples) * 1000 / piece.rate_hz
        level = float(np.sqrt(np.mean(np.square(piece.samples.astype(np.float32)))))
        self._levels.append((piece.at_ms, end_ms, level))

    def quiet_after(self, from_ms: float) -> float | None:
        """Return until when it was surely quiet first after `from_ms`; None when it was not.

        That is the end of one quiet piece, or of a time in which no sound came at all.
        """
        quiet = self._usual * _QUIET_SHARE
        before_ms = from_ms
        for begin_ms, end_ms, level in self._levels:
            if end_ms <= from_ms:
                continue
            if begin_ms > before_ms + 1:
                return begin_ms
            if level <= quiet:
                return end_ms
            before_ms = end_ms
        return None

    @property
    def _usual(self) -> float:
        levels = sorted(level for _, _, level in self._levels)
        return levels[round((1 - _LOUDEST) * (len(levels) - 1))] if levels else 0.0
