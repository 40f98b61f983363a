"""What of Teams' texts is a name. Pure."""

from __future__ import annotations

from collections.abc import Collection

from vexa.platforms.base import plain
from vexa.platforms.teams import selectors

#: Longest tile text that is taken for a name, characters.
_LONGEST_NAME = 120


def clean_name(text: str) -> str:
    """Return a name without what Teams puts behind it; nothing when it is no name."""
    name = " ".join(text.split())
    for suffix in selectors.NAME_SUFFIXES:
        if plain(name).endswith(plain(suffix)):
            name = name[: -len(suffix)].rstrip()
    folded = plain(name)
    if not name or len(name) > _LONGEST_NAME or folded in selectors.NOT_NAMES:
        return ""
    if name.startswith(("8:", "28:", "4:")) or any(p in folded for p in selectors.TOKEN_PARTS):
        return ""
    return name


def without_number(name: str, others: Collection[str]) -> str:
    """Drop the ` 2` of somebody's second device, when the first is there too."""
    base, _, number = name.rpartition(" ")
    return base if number == "2" and base in others else name
