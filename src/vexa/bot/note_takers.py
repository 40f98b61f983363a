"""Pure: which names in a meeting are those of other note-takers.

Two of them that wait for each other to leave would stay for ever. Who is taken for a note-taker is
still a participant with a name; only the rule for being left alone looks past it, and that rule
waits for minutes.
"""

from __future__ import annotations

import re

#: What these products call themselves in a meeting, as of November 2026: words that are in no
#: person's name, and names that could be part of one and so count only as the whole.
_WORDS = (
    r"note[- ]?takers?|notetaking|meeting ?(?:assistant|recorder|bot)|transcription bot|"
    r"fireflies(?:\.ai)?|otter ?pilot|otter\.ai|read[. ]ai|tl;?dv|meetgeek|sembly|avoma|"
    r"circleback|recall\.ai|supernormal|vexa ?bot(?:-\w+)?"
)
_WHOLE = r"otter|fathom|gong|vexa|krisp|granola"

_IN_NAME = re.compile(rf"(?<!\w)(?:{_WORDS})(?!\w)", re.IGNORECASE)
_AS_NAME = re.compile(rf"\W*(?:{_WHOLE})(?:[ .-]?ai|'s bot| bot)?\W*", re.IGNORECASE)


def is_note_taker(name: str) -> bool:
    """Tell whether a participant's name is that of a product that takes notes."""
    return _IN_NAME.search(name) is not None or _AS_NAME.fullmatch(name) is not None
