"""Gives the sound of a track that is one person's its owner, who may be told a little later.

Pure: pieces and the passing of time in; pieces with a source out. A track sounds before the page
has said whose it is, so its first pieces wait for a moment: without that, one person would be two
streams. A track that stays nobody's is a source of its own, without a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vexa.bot.page_messages import AudioPiece
from vexa.platforms.base import TrackNames

#: Sound of a track waits so long for its owner, ms: some polls of the page.
_WAIT_MS = 1_000.0


class TrackSound:
    """Holds pieces of unknown tracks back, hands everything on in the order of its track.

    Args:
        owner_of: the device that a track belongs to, once that is known.
        hand_on: takes each piece.
    """

    def __init__(
        self,
        owner_of: Callable[[TrackNames], str | None],
        hand_on: Callable[[AudioPiece], None],
    ) -> None:
        self._owner_of = owner_of
        self._hand_on = hand_on
        self._held: dict[str, list[AudioPiece]] = {}
        self._nobodys: set[str] = set()

    def take(self, piece: AudioPiece) -> None:
        """Take one piece."""
        owner = self._owner_of(piece.names)
        if owner is None and piece.track not in self._nobodys:
            self._held.setdefault(piece.track, []).append(piece)
            return
        self._release(piece.track, owner)
        self._hand_on(replace(piece, source=owner or _own_source(piece)))

    def tick(self, now_ms: float) -> None:
        """Let time pass: hand on what has an owner by now, or has waited long enough."""
        for track, pieces in list(self._held.items()):
            owner = self._owner_of(pieces[0].names)
            if owner is None and now_ms - pieces[0].at_ms >= _WAIT_MS:
                self._nobodys.add(track)
            if owner is not None or track in self._nobodys:
                self._release(track, owner)

    def flush(self) -> None:
        """Hand on everything."""
        for track, pieces in list(self._held.items()):
            self._release(track, self._owner_of(pieces[0].names))

    def _release(self, track: str, owner: str | None) -> None:
        for piece in self._held.pop(track, ()):
            self._hand_on(replace(piece, source=owner or _own_source(piece)))


def _own_source(piece: AudioPiece) -> str:
    return piece.names.stream or f"track:{piece.track}"
