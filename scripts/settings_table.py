"""Writes `docs/settings.md` from the settings classes; `--check` only compares.

Every variable that any program reads is in one of these classes, so the page is complete when the
list of classes is; a test compares it with the modules called `settings.py`.
"""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from pathlib import Path

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "settings.md"

_HEAD = """\
# Settings

Everything is set by environment variables. An empty value counts as unset. A wrong value ends the
program at start with exit code 78 and one line that names the variable and what is allowed.

This page is written by `scripts/settings_table.py` from the settings classes; a test keeps it
complete. Durations carry their unit in the name.
"""


def settings_classes() -> dict[str, type[BaseSettings]]:
    """Program → its settings class, found in every module called settings.py."""
    classes: dict[str, type[BaseSettings]] = {}
    for file in sorted((ROOT / "src" / "vexa").rglob("settings.py")):
        parts = file.relative_to(ROOT / "src").with_suffix("").parts
        module = import_module(".".join(parts))
        for _name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, BaseSettings) and kind.__module__ == module.__name__:
                classes[f"{'.'.join(parts[1:-1])}:{kind.__name__}"] = kind
    return classes


def variables(name: str, field: FieldInfo) -> list[str]:
    """Names under which a field is read, the first one first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice).upper() for choice in alias.choices]
    return [(alias if isinstance(alias, str) else name).upper()]


def default(field: FieldInfo) -> str:
    """What holds when a variable is unset."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "unset"
    return f"`{value}`"


def table_rows() -> dict[str, tuple[str, str, set[str]]]:
    """Variable → default, meaning, programs."""
    rows: dict[str, tuple[str, str, set[str]]] = {}
    for owner, kind in settings_classes().items():
        program = owner.split(":")[0]
        for name, field in kind.model_fields.items():
            first, *others = variables(name, field)
            meaning = field.description or ""
            if others:
                meaning += f"; also read as {', '.join(f'`{other}`' for other in others)}"
            known = rows.setdefault(first, (default(field), meaning, set()))
            if known[0] != default(field) and program != "supervision":
                known = rows[first] = (f"{known[0]} / {default(field)}", known[1], known[2])
            known[2].add(program)
    return rows


def render() -> str:
    """The whole page."""
    lines = [_HEAD, "| variable | default | meaning | read by |", "|---|---|---|---|"]
    for variable, (standard, meaning, programs) in sorted(table_rows().items()):
        shared = programs & {"kit"}
        readers = "every program" if shared else ", ".join(sorted(programs)).replace("_", "-")
        lines.append(f"| `{variable}` | {standard} | {meaning} | {readers} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or with --check tell whether it is up to date."""
    if "--check" in sys.argv:
        return 0 if PAGE.read_text() == render() else 1
    PAGE.write_text(render())
    return 0


if __name__ == "__main__":
    sys.exit(main())
