"""Which of Teams' tracks is the meeting: the server's mix, and not its copies.

The mix is a track whose stream or own id holds `mainAudio`; other tracks are copies of it and must
not be heard besides (source: public bots, read 2026-09). They carry the same sound at the same
time, so another track that sounds while the mix does not stands in for it, until the mix is heard.
Pure.
"""

from __future__ import annotations

from vexa.platforms.base import TrackNames

MAIN = "mainaudio"
#: Another track has to sound for so long alone before it stands in, ms. Our own choice: longer than
#: two tracks of one connection are apart, and no more than a word is lost.
STAND_IN_MS = 600.0
#: A piece of sound below this peak is silence: about RMS 0.006 of speech.
AUDIBLE_PEAK = 400


class TrackChoice:
    """Feed it every piece; it says which counts."""

    def __init__(self) -> None:
        self._alone_from_ms: float | None = None
        self._stand_in: TrackNames | None = None

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """Tell whether a piece counts; its arguments are those of `Platform.hears`."""
        is_loud = peak >= AUDIBLE_PEAK
        if _is_main(names):
            if is_loud:
                self._alone_from_ms = self._stand_in = None
            return self._stand_in is None
        if self._stand_in is not None:
            return names == self._stand_in
        if is_loud and self._alone_from_ms is None:
            self._alone_from_ms = at_ms
        if self._alone_from_ms is None or at_ms - self._alone_from_ms < STAND_IN_MS:
            return False
        self._stand_in = names
        return True


def _is_main(names: TrackNames) -> bool:
    return MAIN in names.stream.casefold() or MAIN in names.track.casefold()
