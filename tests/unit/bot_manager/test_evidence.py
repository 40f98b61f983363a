"""What is kept to show how a meeting ended: bounded, redacted, erased with its meeting."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vexa.bot_manager import evidence as evidence_module
from vexa.bot_manager.evidence import Evidence, is_worth_keeping

NAME, OTHER = "vexa-bot-1-01234567", "vexa-bot-12-89abcdef"
MUCH = 10**9


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def names(paths: list[str], folder: Path) -> list[str]:
    """Names of absolute paths in a folder."""
    assert all(Path(path).is_file() and Path(path).parent == folder for path in paths)
    return [Path(path).name for path in paths]


@pytest.mark.parametrize(
    ("outcome", "exit_code", "is_worth"),
    [
        ("denied", 0, True),
        ("meeting_ended", 0, True),
        ("bot_crashed", -9, True),
        ("stopped_by_user", 0, False),
        ("stopped_by_user", None, False),
        ("stopped_by_user", -9, True),
        (None, None, True),
    ],
)
def test_only_a_users_stop_that_went_well_needs_none(
    outcome: str | None, exit_code: int | None, is_worth: bool
) -> None:
    assert is_worth_keeping(outcome, exit_code) is is_worth


async def test_pictures_and_the_last_lines_of_the_log_are_kept_and_told(
    logs: Path, work: Path
) -> None:
    (logs / f"{NAME}.log").write_text("".join(f"line {n}\n" for n in range(1_000)))
    (logs / f"{OTHER}.log").write_text("another bot's\n")
    (work / "at-the-end.png").write_bytes(b"picture")
    kept = await Evidence(logs, MUCH).keep(NAME, work)
    assert names(kept, logs) == [f"{NAME}.log", f"{NAME}-at-the-end.png", f"{NAME}-end.log"]
    excerpt = logs / f"{NAME}-end.log"
    assert excerpt.read_text().splitlines() == [f"line {n}" for n in range(800, 1_000)]
    assert excerpt.stat().st_mode & 0o077 == 0
    # a manager that died before it noted them finds them again
    assert await Evidence(logs, MUCH).keep(NAME, work / "gone") == kept


async def test_an_excerpt_is_bounded_in_bytes_and_begins_with_a_whole_line(
    logs: Path, work: Path
) -> None:
    lines = ["x" * 1_000 + str(n) for n in range(150)]
    (logs / f"{NAME}.log").write_text("\n".join(lines))
    await Evidence(logs, MUCH).keep(NAME, work)
    excerpt = (logs / f"{NAME}-end.log").read_text()
    assert 60_000 < len(excerpt) <= 65_536 + 1
    assert excerpt.splitlines() == lines[-len(excerpt.splitlines()) :]


async def test_no_secret_is_in_an_excerpt(logs: Path, work: Path) -> None:
    secret = "vx_0123456789abcdef"
    (logs / f"{NAME}.log").write_text(f"Traceback\nKeyError: {secret} of a@example.com\n")
    await Evidence(logs, MUCH).keep(NAME, work)
    text = (logs / f"{NAME}-end.log").read_text()
    assert text.startswith("Traceback\nKeyError: [redacted]")
    assert "example.com" not in text


async def test_links_are_not_followed_and_a_bot_cannot_fill_the_disk(
    logs: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_module, "_LARGEST_PICTURE", 100)
    (work / "link.png").symlink_to("/etc/passwd")
    (work / "large.png").write_bytes(b"x" * 101)
    for number in range(9):
        (work / f"p{number}.png").write_bytes(b"x")
    kept = await Evidence(logs, MUCH).keep(NAME, work)
    assert names(kept, logs) == [f"{NAME}-p{number}.png" for number in range(5, 9)]


async def test_a_bot_that_left_nothing_has_no_evidence(logs: Path, work: Path) -> None:
    assert await Evidence(logs, MUCH).keep(NAME, work) == []
    assert await Evidence(logs / "none", MUCH).keep(NAME, work) == []


async def test_an_operator_may_keep_none(logs: Path, work: Path) -> None:
    (logs / f"{NAME}.log").write_text("line\n")
    (work / "at-the-end.png").write_bytes(b"picture")
    assert names(await Evidence(logs, 0).keep(NAME, work), logs) == [f"{NAME}.log"]
    assert os.listdir(logs) == [f"{NAME}.log"]


async def test_the_oldest_evidence_makes_room_and_logs_stay(logs: Path, work: Path) -> None:
    for age_s, name in enumerate(["vexa-bot-7-00000000", "vexa-bot-8-00000000", OTHER]):
        for suffix in ("-at-the-end.png", "-end.log", ".log"):
            path = logs / f"{name}{suffix}"
            path.write_bytes(b"x" * 100)
            os.utime(path, (1_000 + age_s, 1_000 + age_s))
    (work / "at-the-end.png").write_bytes(b"x" * 100)
    kept = await Evidence(logs, 350).keep(NAME, work)
    left = {name for name in os.listdir(logs) if not name.endswith("0.log")}
    assert names(kept, logs) == [f"{NAME}-at-the-end.png"]
    assert left == {
        f"{NAME}-at-the-end.png",
        *(f"{OTHER}{suffix}" for suffix in ("-at-the-end.png", "-end.log", ".log")),
    }
    assert (logs / "vexa-bot-7-00000000.log").is_file()
    # what was just kept is told, so it stays however little may be kept
    (work / "later.png").write_bytes(b"x" * 400)
    await Evidence(logs, 1).keep(NAME, work)
    left = {name for name in os.listdir(logs) if name.endswith(".png")}
    assert left == {f"{NAME}-{picture}.png" for picture in ("at-the-end", "later")}


async def test_a_file_that_goes_meanwhile_hinders_nobody(logs: Path, work: Path) -> None:
    # another bot's evidence makes room, or its meeting is erased: a name without a file
    (logs / f"{OTHER}-at-the-end.png").symlink_to(logs / "gone")
    (work / "at-the-end.png").write_bytes(b"picture")
    kept = await Evidence(logs, MUCH).keep(NAME, work)
    assert names(kept, logs) == [f"{NAME}-at-the-end.png"]
