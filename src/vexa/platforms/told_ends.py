"""Ends of a stay that a page tells in words. Pure."""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, Stage, plain

#: Phrases, what they mean, and the reason that is given; tried in order.
Ends = tuple[tuple[tuple[str, ...], Outcome, str], ...]


def told_end(text: str, ends: Ends) -> Judgement | None:
    """Return the first end that a text tells. `text` is folded by `base.plain` already."""
    for phrases, outcome, reason in ends:
        if any(plain(phrase) in text for phrase in phrases):
            return Judgement(Stage.OVER, reason, outcome)
    return None
