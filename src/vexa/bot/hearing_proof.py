"""Tells a meeting that is silent from a bot that is deaf. Pure: times and levels in.

Times are epoch times, ms. Silence counts only while it is proved that sound would be heard: there
was sound before, and a track of the page is being read.
"""

from __future__ import annotations

#: Peak from which a piece is more than the noise of a room: -40 dB of full scale.
_LOUD = 330
#: The page tells every 5 s that a silent track is read (`capture.js`): three such words may lack.
_ALIVE_MS = 15_000.0
#: No track was read for so long: nothing would be heard.
_UNREAD_MS = 30_000.0
#: The platform showed so many changes of who speaks, over so long, and there was no sound at all.
_SIGNS, _SIGNS_MS = 4, 20_000.0


class HearingProof:
    """Follows one stay, from the admission on."""

    def __init__(self) -> None:
        self._loud_ms: float | None = None
        self._blind_ms = float("-inf")
        self._look_ms = float("-inf")
        self._unread_ms = 0.0
        self._signs_ms: list[float] = []

    def take_sound(self, at_ms: float, peak: int) -> None:
        """Note audible sound that is heard; `peak` is its largest sample, 0 to 32768."""
        self._signs_ms.clear()
        if peak >= _LOUD:
            self._loud_ms = max(at_ms, self._loud_ms or at_ms)

    def take_sign(self, at_ms: float) -> None:
        """Note that the platform showed somebody begin or cease to speak."""
        self._signs_ms = [*self._signs_ms[: _SIGNS - 1], at_ms]

    def look(self, now_ms: float, unread_ms: float | None) -> None:
        """Let time pass.

        Args:
            now_ms: grows; a leap proves nothing of what was in between.
            unread_ms: since any track was read; None when there is no track.
        """
        leaps = not 0 <= now_ms - self._look_ms <= _ALIVE_MS
        if leaps or unread_ms is None or unread_ms > _ALIVE_MS:
            self._blind_ms = now_ms
        self._look_ms, self._unread_ms = now_ms, unread_ms or 0.0

    @property
    def silent_ms(self) -> float:
        """How long nothing louder than a room was heard that would have been; 0 if unproved."""
        if self._loud_ms is None:
            return 0.0
        return max(0.0, self._look_ms - max(self._loud_ms, self._blind_ms))

    @property
    def is_deaf(self) -> bool:
        """Whether people speak, as the platform shows, unheard, or no track is read."""
        signs_ms = self._signs_ms
        shown = len(signs_ms) >= _SIGNS and signs_ms[-1] - signs_ms[0] >= _SIGNS_MS
        return shown or self._unread_ms >= _UNREAD_MS
