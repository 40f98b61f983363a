"""What of Teams' texts is a name, and when two are the same. Pure."""

from __future__ import annotations

from collections.abc import Collection

from vexa.platforms.base import plain
from vexa.platforms.teams import selectors

#: Longest tile text that is taken for a name, characters.
_LONGEST_NAME = 120


def clean_name(text: str) -> str:
    """Return a name without what Teams puts behind it; nothing when it is no name."""
    name = " ".join(text.split())
    while suffix := _suffix(name):
        name = name[: -len(suffix)].rstrip()
    folded = plain(name)
    if not name or len(name) > _LONGEST_NAME or folded in selectors.NOT_NAMES:
        return ""
    if name.startswith(("8:", "28:", "4:")) or any(p in folded for p in selectors.TOKEN_PARTS):
        return ""
    return name


def _suffix(name: str) -> str:
    folded = plain(name)
    return next((one for one in selectors.NAME_SUFFIXES if folded.endswith(plain(one))), "")


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two texts are one name, whatever stands behind it and however it is written."""
    folded = plain(clean_name(one))
    return bool(folded) and folded == plain(clean_name(other))


def without_number(name: str, others: Collection[str]) -> str:
    """Drop the ` 2` of somebody's second device, when the first is there too."""
    base, _, number = name.rpartition(" ")
    return base if number == "2" and base in others else name
