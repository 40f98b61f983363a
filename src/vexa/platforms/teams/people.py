"""Who the page shows. Pure; the roster is the authority, this only keeps a bot from going early."""

from __future__ import annotations

from vexa.platforms.base import PageView, Person
from vexa.platforms.teams.names import clean_name, is_same_name, tile_name

#: Most people that a badge is believed to count.
_MOST_COUNTED = 1_000


def people_shown(view: PageView, bot_name: str) -> tuple[Person, ...]:
    """Return the people on tiles, and nameless ones as far as the badge counts more.

    The badge and most tiles go away while somebody shares, so neither proves that people left.
    """
    people: dict[str, Person] = {}
    names = [tile_name((), tile.mark, tile.label) for tile in view.elements("tile")]
    names += [clean_name(tag.text) for tag in view.elements("name_tag")]
    for name in filter(None, names):
        is_self = is_same_name(name, bot_name)
        people.setdefault(name, Person(f"tile:{name}", name, is_self=is_self))
    if view.has("share_tile"):
        people["share"] = Person("tile of a screen", "")
    for number in range(len(people), _counted(view)):
        people[f"{number}"] = Person(f"badge:{number}", "")
    return tuple(people.values())


def _counted(view: PageView) -> int:
    for badge in view.elements("count_badge"):
        text = badge.text.strip()
        if text.isascii() and text.isdigit():
            return min(int(text), _MOST_COUNTED)
    return 0
