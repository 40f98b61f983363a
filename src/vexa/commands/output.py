"""What commands print: a table for a person, or JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

Url = Annotated[
    str | None,
    typer.Option("--url", help="Address of the server; else VEXA_URL, else this machine's."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def print_json(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print columns as wide as they must be; control characters of foreign text are left out."""
    lines = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    return "-" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Return the text without what could steer a terminal."""
    return "".join(character for character in text if character.isprintable())
