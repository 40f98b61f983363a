import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_settings_page_is_what_the_classes_say() -> None:
    result = subprocess.run(
        [sys.executable, "scripts/settings_table.py", "--check"], cwd=ROOT, check=False
    )
    assert result.returncode == 0, "run scripts/settings_table.py and commit docs/settings.md"


def test_every_field_says_what_it_means() -> None:
    rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if "| `" in line]
    assert len(rows) > 40
    assert [row for row in rows if "|  |" in row] == []
