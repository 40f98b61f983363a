"""Meet withdraws a knock that nobody answers for about ten minutes; the bot then knocks once more.

How long it waits in all stays its own matter: the second knock gets what is left of that.
"""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry, Judgement, MeetingPage, Stage
from vexa.platforms.google_meet import join

#: `Judgement.reason` of a withdrawn knock that is to be made again.
KNOCK_AGAIN = "knock withdrawn"
#: A knock counts as withdrawn when so many looks in a row show it: to load a page that still waits
#: would lose the place among those who wait.
_SURE = 2


class SecondKnock:
    """What one stay does about a withdrawn knock."""

    def __init__(self) -> None:
        self._entry: Entry | None = None
        self._looks = 0
        self._is_made = False

    def remember(self, entry: Entry) -> None:
        """Note what the first knock was made with."""
        self._entry = entry

    @property
    def is_due(self) -> bool:
        """Whether a withdrawn knock is to be made again now."""
        return self._looks >= _SURE and not self._is_made and self._entry is not None

    def judge(self, judged: Judgement) -> Judgement:
        """Take what one look means; return what it means to a bot that may knock again."""
        is_withdrawn = judged.outcome is Outcome.KNOCK_TIMED_OUT
        self._looks = self._looks + 1 if is_withdrawn else 0
        return Judgement(Stage.CONSENT, KNOCK_AGAIN) if self.is_due else judged

    async def make(self, page: MeetingPage) -> None:
        """Go the way from the address to the knock again. Raises JoinError."""
        if self._entry is not None:
            self._is_made = True
            await join.knock(page, self._entry)
