"""Which of Teams' tracks is the meeting: the server's mix, and not its copies.

Source of the rule and its times: public bots (read 2026-09). The mix is a track whose stream or own
id holds `mainAudio`; other tracks are copies of it and must not be heard besides. When no mix
comes, or it stays silent while another track sounds, that other track counts. Pure.
"""

from __future__ import annotations

from vexa.platforms.base import TrackNames

MAIN = "mainaudio"
#: Another track has to sound for so long before it stands in: without a mix, or with a silent one.
WITHOUT_MAIN_MS = 15_000.0
SILENT_MAIN_MS = 20_000.0
#: A piece of sound below this peak is silence: about RMS 0.006 of speech.
AUDIBLE_PEAK = 400


class TrackChoice:
    """Feed it every piece; it says which counts."""

    def __init__(self) -> None:
        self._has_main = False
        self._lonely_from_ms: float | None = None
        self._stand_in: TrackNames | None = None

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """Tell whether a piece counts; its arguments are those of `Platform.hears`."""
        is_loud = peak >= AUDIBLE_PEAK
        if _is_main(names):
            self._has_main = True
            if is_loud:
                self._lonely_from_ms = self._stand_in = None
            return self._stand_in is None
        if self._stand_in is not None:
            return names == self._stand_in
        if is_loud and self._lonely_from_ms is None:
            self._lonely_from_ms = at_ms
        wait_ms = SILENT_MAIN_MS if self._has_main else WITHOUT_MAIN_MS
        if self._lonely_from_ms is None or at_ms - self._lonely_from_ms < wait_ms:
            return False
        self._stand_in = names
        return True


def _is_main(names: TrackNames) -> bool:
    return MAIN in names.stream.casefold() or MAIN in names.track.casefold()
