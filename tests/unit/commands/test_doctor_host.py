"""What `vexa doctor` says of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from vexa.commands.doctor.findings import Level
from vexa.commands.doctor.host import check_pointer, check_sound_sink


def test_a_sound_server_that_is_wanted_and_missing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = check_sound_sink(is_wanted=True)
    assert missing.level is Level.FAIL
    assert "pulseaudio" in missing.remedy
    assert check_sound_sink(is_wanted=False).level is Level.OK
    program = tmp_path / "pulseaudio"
    program.touch(mode=0o755)
    assert check_sound_sink(is_wanted=True).level is Level.OK


def test_a_pointer_that_is_wanted_and_cannot_be_moved_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = check_pointer(is_wanted=True)
    assert missing.level is Level.WARN
    assert "xdotool" in missing.text
    assert "xdotool" in missing.remedy
    assert check_pointer(is_wanted=False).level is Level.OK
    (tmp_path / "xdotool").touch(mode=0o755)
    assert check_pointer(is_wanted=True).level is Level.OK
