"""Live captions, the third evidence of who speaks: turned on where the two better ones are missing.

Their authors name whoever speaks; what they say is never read out of the page. Some organisations
show the others that somebody reads captions, and they cost the page work, so they stay off until
somebody has spoken for a while and neither a contributing source nor an outline was seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from vexa.platforms.base import MeetingPage, PageView
from vexa.platforms.page_acts import AFTER_CLICK_S, click_first
from vexa.platforms.teams import selectors
from vexa.platforms.teams.track_choice import AUDIBLE_PEAK

#: Captions name the words of this long ago, at least and at most, ms: what a service takes to know
#: a word, and the next growth of a line besides. Guesses, measured on no live meeting.
LEAST_LATE_MS, MOST_LATE_MS = 500.0, 3_000.0
#: Loud sound without a better sign that makes captions worth while, ms: our own choice, longer than
#: outlines and sources are ever late.
_ENOUGH_MS = 2_000.0
#: Two loud pieces further apart than this do not fill the time between them, ms.
_PIECE_MS = 150.0
#: Times that the control is looked for, and the time between two: a client may build its menu late.
_TRIES = 3
_AGAIN_S = 10.0


class Captions:
    """What one stay does about captions. `now_s`: a monotonic clock."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        #: Whether a source or an outline has told who speaks.
        self.has_better = False
        self._now_s = now_s
        self._spoken_ms = 0.0
        self._heard_ms = 0.0
        self._tries = 0
        self._next_s = 0.0

    def hear(self, at_ms: float, peak: int) -> None:
        """Take the time and the loudness of a piece of sound that counts."""
        if peak >= AUDIBLE_PEAK:
            self._spoken_ms += max(0.0, min(at_ms - self._heard_ms, _PIECE_MS))
            self._heard_ms = at_ms

    @property
    def are_needed(self) -> bool:
        """Whether somebody has spoken for a while, and nothing better told who."""
        return not self.has_better and self._spoken_ms >= _ENOUGH_MS

    async def turn_on(self, page: MeetingPage, view: PageView) -> None:
        """Choose the control where captions are needed; needs a page in the meeting."""
        is_shown = view.has("captions")
        if is_shown or not self.are_needed or self._tries >= _TRIES:
            return
        if self._now_s() < self._next_s:
            return
        self._tries += 1
        self._next_s = self._now_s() + _AGAIN_S
        await page.stir()
        if not await click_first(page, selectors.MORE_BUTTONS):
            return
        await page.pause(AFTER_CLICK_S)
        if await click_first(page, selectors.SPEECH_MENUS):
            await page.pause(AFTER_CLICK_S)
            if await click_first(page, selectors.CAPTIONS_ON):
                return
        await click_first(page, selectors.MORE_BUTTONS)
