import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"`([a-z_]+(?:/[a-z_]+)+)(?:\.py|\.js)?`")


def test_every_file_that_the_architecture_page_names_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = sorted(set(NAMED.findall(page)))
    assert len(named) > 30
    missing = [
        name
        for name in named
        if not any((ROOT / "src" / "vexa" / f"{name}{end}").exists() for end in ("", ".py", ".js"))
    ]
    assert missing == []
