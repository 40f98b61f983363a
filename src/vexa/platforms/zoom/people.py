"""Who the page shows. Pure; the roster is the authority, this only keeps a bot from going early."""

from __future__ import annotations

import re

from vexa.platforms.base import PageView, Person, plain
from vexa.platforms.zoom.company import clean_name

#: Most people that the button is believed to count, the bot included.
_MOST_COUNTED = 1_000
_NUMBER = re.compile(r"[0-9]{1,4}")


def people_shown(view: PageView, bot_name: str) -> tuple[Person, ...]:
    """Return who is on the open panel; else as many nameless people as the button counts."""
    people: dict[str, Person] = {}
    for number, row in enumerate(view.elements("panel_row")):
        name = clean_name(row.label.split(",")[0])
        is_self = bool(name) and plain(name) == plain(bot_name)
        people[f"{number}"] = Person(f"row:{number}", name, is_self=is_self)
    for number in range(len(people), _counted(view)):
        # the first of them is the bot, unless the panel has it
        is_self = number == 0
        people[f"{number}"] = Person(f"count:{number}", "", is_self=is_self)
    return tuple(people.values())


def _counted(view: PageView) -> int:
    for button in view.elements("participants_button"):
        found = _NUMBER.search(button.text) or _NUMBER.search(button.label)
        if found is not None:
            return min(int(found[0]), _MOST_COUNTED)
    return 0
