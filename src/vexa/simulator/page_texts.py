"""The texts of one page, out of all that a platform's double has."""

from __future__ import annotations

from collections.abc import Mapping

#: Language → key → text, with the typographic apostrophe.
Texts = Mapping[str, Mapping[str, str]]


def texts_in(texts: Texts, locale: str, apostrophe: str) -> dict[str, str]:
    """Return all texts of one language, with one kind of apostrophe (`curly` or `straight`)."""
    chosen = texts[locale]
    if apostrophe == "straight":
        return {key: text.replace("’", "'") for key, text in chosen.items()}
    return dict(chosen)
