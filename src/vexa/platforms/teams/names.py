"""What of Teams' texts is a name, and when two are the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from vexa.platforms.base import plain
from vexa.platforms.teams import selectors

#: Longest tile text that is taken for a name, characters.
_LONGEST_NAME = 120
_TOKEN = re.compile(selectors.TOKEN)


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
    return "" if _TOKEN.fullmatch(name) else name


def tile_name(tags: Iterable[str], tid: str, label: str) -> str:
    """Return the name on a tile; nothing where it is not sure.

    Args:
        tags: texts of the name tags in it.
        tid: its `data-tid`, which is the name in some clients and a token in others.
        label: its label, which says more than the name.
    """
    tagged = {name for name in map(clean_name, tags) if name}
    only = tagged.pop() if len(tagged) == 1 else ""
    return only or clean_name(tid) or _labelled(label)


def _labelled(label: str) -> str:
    name, _, more = label.partition(",")
    if not plain(more).startswith(selectors.LABEL_STATES):
        return ""
    words = name.split()
    while words and plain(words[-1]) in selectors.LABEL_BADGES:
        words.pop()
    return clean_name(" ".join(words))


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
