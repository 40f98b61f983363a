"""A bot without a display of its own goes on without, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from vexa.bot.own_display import open_own_display


@pytest.mark.parametrize("missing", ["Xvfb", "xdotool"])
async def test_a_missing_program_is_named_and_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in {"Xvfb", "xdotool"} - {missing}:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with capture_logs() as lines:
        async with open_own_display(tmp_path) as display:
            assert display is None
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("no_own_display", "warning")
    assert line["why"] == f"not installed: {missing}"
    assert not (tmp_path / "Xauthority").exists()


async def test_a_server_that_does_not_start_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xdotool").touch(mode=0o755)
    (tmp_path / "Xvfb").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "Xvfb").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with capture_logs() as lines:
        async with open_own_display(tmp_path) as display:
            assert display is None
    assert [line["event"] for line in lines] == ["no_own_display"]
    assert not (tmp_path / "Xauthority").exists()
