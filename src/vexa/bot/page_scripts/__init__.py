"""JavaScript that runs inside the meeting's page, and how it is read from the package."""

from __future__ import annotations

from importlib.resources import files


def read_script(name: str) -> str:
    """Return the text of a script of this folder."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
