"""Who is on the page's tiles. Pure; a tile's name is a hint, the roster is the authority."""

from __future__ import annotations

from vexa.platforms.base import PageView, Person, plain
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.admission import is_tile_of_person

#: Longest tile text that is taken for a name, characters.
_LONGEST_NAME = 50


def people_shown(view: PageView) -> tuple[Person, ...]:
    """Return one person for each participant id on the page; the bot itself is marked."""
    own = {tile.mark for tile in view.elements("self_tile")}
    people: dict[str, Person] = {}
    for tile in view.elements("tile"):
        if tile.mark and is_tile_of_person(tile):
            name = tile_name(tile.text)
            people.setdefault(tile.mark, Person(tile.mark, name, is_self=tile.mark in own))
    return tuple(people.values())


def tile_name(text: str) -> str:
    """Return the first line of a tile that can be a name, or nothing."""
    for line in text.splitlines():
        name = line.strip()
        folded = plain(name)
        if 1 < len(name) <= _LONGEST_NAME and not any(bad in folded for bad in selectors.NOT_NAMES):
            return name
    return ""
