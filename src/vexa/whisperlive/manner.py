"""Pure: how the speech of a turn becomes text, and what holds when that changes in mid-session.

A session that is taken up with other wishes than before keeps its uid, its positions and its
numbers. Only a turn whose words are in finals already goes on as it began: its words lead the
decoder, and would not be found again in another language.
"""

from __future__ import annotations

from dataclasses import dataclass

from vexa.whisperlive.engines.base import DecodeHints
from vexa.whisperlive.events import Asked, Point
from vexa.whisperlive.language import LanguageHold


@dataclass(frozen=True, slots=True)
class Manner:
    """What was asked for, and the language that is held under it; shared by its turns."""

    asked: Asked
    language: LanguageHold

    def hints(self, prefix: str, *, may_doubt: bool, thorough: bool) -> DecodeHints:
        """Return the hints for one decode.

        Args:
            prefix: settled text of the window.
            may_doubt: whether the window is long enough to doubt a language that is held.
            thorough: see `DecodeHints`.
        """
        return DecodeHints(
            language=self.language.code,
            allowed=self.asked.allowed,
            task=self.asked.task,
            prefix=prefix,
            prompt=self.asked.prompt,
            recognise=may_doubt and not self.language.is_forced,
            thorough=thorough,
        )


def manners(asked: Asked, point: Point) -> tuple[Manner, Manner]:
    """Return the manner of turns to come, and that of the turn at the point: often the same."""
    before = point.asked
    if before is None or before.is_like(asked):
        same = Manner(asked, LanguageHold(asked.language, point.language))
        return same, same
    return (
        Manner(asked, LanguageHold(asked.language)),
        Manner(before, LanguageHold(before.language, point.language)),
    )
