"""Who is on the page's tiles. Pure; a tile's name is a hint, the roster is the authority."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vexa.platforms.base import PageView, Person, plain
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.admission import is_tile_of_person

#: Longest text that is taken for a name, characters.
_LONGEST_NAME = 50
_ICON = re.compile(selectors.ICON)


def people_shown(view: PageView) -> tuple[Person, ...]:
    """Return one person for each participant id on the page; the bot itself is marked."""
    own = {tile.mark for tile in view.elements("self_tile")}
    people: dict[str, Person] = {}
    for tile in view.elements("tile"):
        if tile.mark and is_tile_of_person(tile):
            name = _name_shown(view, tile.mark)
            people.setdefault(tile.mark, Person(tile.mark, name, is_self=tile.mark in own))
    return tuple(people.values())


def _name_shown(view: PageView, device: str) -> str:
    texts = [name.text for name in view.elements("tile_name") if name.mark == device]
    labels = [row.label for row in view.elements("row") if row.mark == device]
    return name_told(texts, labels)


def name_told(texts: Iterable[str], labels: Iterable[str]) -> str:
    """Return the one name of a device, or nothing; what is not sure is no name.

    Args:
        texts: what stands where its tiles and its row have the name.
        labels: labels of its row; they count where `texts` tell no one name.
    """
    return _only_name(texts) or _only_name(labels)


def _only_name(texts: Iterable[str]) -> str:
    names = {text.strip() for text in texts if _is_name(text.strip())}
    return names.pop() if len(names) == 1 else ""


def _is_name(text: str) -> bool:
    folded = plain(text)
    if not 1 < len(text) <= _LONGEST_NAME or len(text.splitlines()) > 1:
        return False
    if text in selectors.ICON_WORDS or any(_ICON.fullmatch(word) for word in text.split()):
        return False
    is_control = any(bad in folded for bad in selectors.NOT_NAMES)
    return not is_control and folded not in selectors.NOT_WHOLE_NAMES
