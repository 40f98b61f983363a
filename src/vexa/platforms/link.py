"""A link that somebody pasted, in parts. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

#: Mail filters and calendars encode links up to this often.
_LAYERS = 3
_MOST_PARAMETERS = 60
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """One link.

    Attributes:
        text: as it was written, with a scheme.
        scheme: in lower case.
        host: in lower case, without port and final dot; empty if there is none.
        path: as written.
        query: as written, without the question mark.
        fragment: as written, without the hash.
    """

    text: str
    scheme: str
    host: str
    path: str
    query: str
    fragment: str

    @classmethod
    def read(cls, text: str) -> Link | None:
        """Take a link apart; None when it is none. A missing scheme counts as https."""
        if _SCHEME.match(text) is None or re.match(r"[^/?#]+\.[^/?#]+:\d", text):
            text = f"https://{text.lstrip('/')}"
        text = re.sub(r"^(https?):/*", r"\1://", text, flags=re.IGNORECASE)
        try:
            parts = urlsplit(text)
            host = (parts.hostname or "").removesuffix(".")
        except ValueError:
            return None
        if "@" in parts.netloc:
            return None
        return cls(text, parts.scheme, host, parts.path, parts.query, parts.fragment)

    def value(self, *names: str) -> str | None:
        """Return the first parameter of the query that has one of these names and is not empty."""
        return parameter(self.query, *names)


def parameter(query: str, *names: str) -> str | None:
    """Return the first parameter with one of these names, in any case, that is not empty."""
    try:
        pairs = parse_qsl(query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return None
    return next((value for name, value in pairs if name.lower() in names and value), None)


def decoded(text: str) -> str:
    """Undo percent-encoding, however often it was applied, within reason."""
    for _ in range(_LAYERS):
        plain = unquote(text)
        if plain == text:
            break
        text = plain
    return text
