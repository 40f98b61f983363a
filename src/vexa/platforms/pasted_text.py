"""What people paste instead of a link: a whole invitation, markup around a link, an id. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice

#: Links that are looked at in one text.
_MOST_LINKS = 30
_WITH_SCHEME = re.compile(r"(?:https?|zoommtg|zoomus|msteams):", re.IGNORECASE)
_LIKE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?[/?#]\S", re.IGNORECASE)
_OPENING = "\"'`([{*_<“‘«"
_CLOSING = "\"'`)]>*_.,;:!|”’»"
_PASSCODE = re.compile(
    r"\b(?:pass\s?code|password|pass|kenncode|passwort|code secret|contraseña)\s*[:=]\s*"
    r"([^\s)>\]]{1,128})",
    re.IGNORECASE,
)
_ID = re.compile(
    r"\b(?:meeting|webinar|besprechungs|réunion|reunión)[ -]?id\s*[:=]?\s*([0-9][0-9 -]{7,20})",
    re.IGNORECASE,
)


def links(text: str) -> Iterator[str]:
    """Yield what looks like a link, in order, without the markup around it."""
    return islice(_candidates(text), _MOST_LINKS)


def _candidates(text: str) -> Iterator[str]:
    for token in re.split(r"[\s<>]+", text):
        start = _WITH_SCHEME.search(token)
        found = token[start.start() :] if start else token.lstrip(_OPENING)
        if start is None and _LIKE_HOST.match(found) is None:
            continue
        # Slack writes <link|text>, Markdown [link](link); JSON escapes slashes, HTML ampersands
        found = found.partition("|")[0].partition("](")[0].replace("\\/", "/")
        # the braces of a Teams link's raw context are its own
        yield html.unescape(found).rstrip(_CLOSING if "{" in found else f"{_CLOSING}}}")


def passcode(text: str) -> str | None:
    """Return the passcode that the text names."""
    found = _PASSCODE.search(text)
    return found[1].rstrip(".,;") or None if found else None


def meeting_id(text: str) -> str | None:
    """Return the digits that the text calls a meeting's id, or that it consists of."""
    found = _ID.search(text) or re.fullmatch(r"\s*([0-9][0-9 -]{7,20})\s*", text)
    return re.sub(r"[ -]", "", found[1]) if found else None
