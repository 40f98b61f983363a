"""Reads the deployment document: commands in order, variables to set, rows of its tables. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"```bash\n(.*?)```", re.DOTALL)
_ROW = re.compile(r"^\|(.+)\|$")
_CODE = re.compile(r"`([^`]+)`")
_VARIABLE = re.compile(r"^([A-Z][A-Z_]+)=(.*)$")
_ADDRESS = re.compile(r"`(http://localhost:\d+/\S*)`")


@dataclass(frozen=True, slots=True)
class Command:
    """One command line, continuation lines joined, as it is pasted."""

    text: str

    @property
    def first_line(self) -> str:
        """For a person to recognise it by."""
        return self.text.splitlines()[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its section's heading, the table's first column's name, its cells."""

    heading: str
    column: str
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """The first cell without its code marks."""
        found = _CODE.search(self.cells[0])
        return found.group(1) if found else self.cells[0]


@dataclass(frozen=True, slots=True)
class Document:
    """All that can be checked."""

    commands: list[Command]
    variables: dict[str, str]
    rows: list[Row]
    addresses: list[str]


def read_document(text: str) -> Document:
    """Take a document apart."""
    commands: list[Command] = []
    variables: dict[str, str] = {}
    for block in _FENCE.findall(text):
        for line in _logical_lines(block):
            if found := _VARIABLE.match(line):
                variables[found.group(1)] = found.group(2)
            else:
                commands.append(Command(line))
    outside = _FENCE.sub("", text)
    return Document(commands, variables, _rows(outside), _ADDRESS.findall(outside))


def _logical_lines(block: str) -> list[str]:
    """Lines without comments; a line that ends in a backslash, or an open quote, goes on."""
    found: list[str] = []
    is_open = False
    for line in block.splitlines():
        if not is_open and (not line.strip() or line.startswith("#")):
            continue
        if is_open:
            found[-1] += "\n" + line
        else:
            found.append(line)
        is_open = line.endswith("\\") or found[-1].count("'") % 2 == 1
    return found


def _rows(text: str) -> list[Row]:
    rows: list[Row] = []
    heading, column = "", None
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        found = _ROW.match(line)
        if found is None:
            column = None
            continue
        cells = tuple(cell.strip() for cell in found.group(1).split("|"))
        if column is None:
            column = cells[0]
        elif not set(cells[0]) <= {"-", ":"}:
            rows.append(Row(heading, column, cells))
    return rows
