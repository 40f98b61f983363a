import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = [
    ROOT / "docker" / "monolithic" / "requirements-monolithic.txt",
    ROOT / "requirements" / "demo.txt",
    ROOT / "requirements" / "dev.txt",
]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_versions_and_hashes_and_no_address(lock: Path) -> None:
    lines = [line.strip() for line in lock.read_text().splitlines() if line.strip()]
    for line in lines:
        assert "://" not in line
        assert not line.startswith("-") or line.startswith("--hash=sha256:")
    pinned = [line for line in lines if re.match(r"^[a-z0-9]", line)]
    assert len(pinned) > 30
    assert all("==" in line for line in pinned)


def test_each_lock_builds_on_the_runtime_lock() -> None:
    def pins(lock: Path) -> set[str]:
        return set(re.findall(r"^([a-z0-9._\[\]-]+==[^ ;\\]+)", lock.read_text(), re.MULTILINE))

    runtime, demo, dev = (pins(lock) for lock in LOCKS)
    assert runtime <= demo <= dev
