"""When an admitted bot leaves by itself. Pure: seconds and head counts in, an outcome out."""

from __future__ import annotations

from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.meeting import Outcome

_MS = 1000


class LeaveRules:
    """Follows one stay. A head count of None means that the page tells nothing: nobody is missed.

    A single odd count does nothing: the bot must be alone all the time of a limit. Silence counts
    whoever is shown: counts may be stale, and note-takers keep each other company.
    """

    def __init__(self, limits: AutomaticLeave, admitted_s: float) -> None:
        self._limits = limits
        self._admitted_s = admitted_s
        self._alone_from_s: float | None = admitted_s
        self._had_company = False

    def judge(self, now_s: float, others: int | None, silent_s: float = 0.0) -> Outcome | None:
        """Return why the bot should leave now, if it should.

        Args:
            now_s: on the clock that `admitted_s` was read from.
            others: people in the meeting besides the bot.
            silent_s: how long nobody was heard, while it is proved that the bot hears.
        """
        if now_s - self._admitted_s >= self._limits.max_bot_time / _MS:
            return Outcome.MAX_TIME
        if 0 < self._limits.silence_timeout <= silent_s * _MS:
            return Outcome.SILENCE
        if others is None or others > 0:
            self._had_company = self._had_company or bool(others)
            self._alone_from_s = None
            return None
        if self._alone_from_s is None:
            self._alone_from_s = now_s
        alone_s = now_s - self._alone_from_s
        if self._had_company and alone_s >= self._limits.max_time_left_alone / _MS:
            return Outcome.LEFT_ALONE
        if not self._had_company and alone_s >= self._limits.no_one_joined_timeout / _MS:
            return Outcome.NO_ONE_JOINED
        return None
