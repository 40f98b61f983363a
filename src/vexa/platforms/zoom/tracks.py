"""Sessions in which Zoom sends a track for each person, by the names of the tracks. Pure.

Their media stream's id is `<number>+…`; the number without its ten low bits is the person's id
(public bots, read 2026-09). Such sessions play those tracks, so the page's own mix says it all
again or nothing, and no longer counts.
"""

from __future__ import annotations

import re

from vexa.platforms.base import TrackNames

_STREAM = re.compile(r"([0-9]{1,12})\+.*")
#: A piece of sound below this peak is silence.
_AUDIBLE_PEAK = 400


def owner_of(names: TrackNames) -> str | None:
    """Return the person that a media stream's name tells."""
    match = _STREAM.fullmatch(names.stream)
    return str(int(match[1]) >> 10 << 10) if match else None


class TrackChoice:
    """Feed it every piece; it says which counts."""

    def __init__(self) -> None:
        self._has_own_tracks = False

    def hears(self, names: TrackNames, peak: int) -> bool:
        """Tell whether a piece counts; its arguments are those of `Platform.hears`."""
        is_own = owner_of(names) is not None
        self._has_own_tracks = self._has_own_tracks or (is_own and peak >= _AUDIBLE_PEAK)
        return is_own or not self._has_own_tracks
