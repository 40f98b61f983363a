"""The cookie of a display."""

from __future__ import annotations

import stat
import struct
from pathlib import Path

from vexa.kit.xauthority import write_xauthority


def test_the_x_cookie_is_fresh_and_private(tmp_path: Path) -> None:
    path = tmp_path / "Xauthority"
    write_xauthority(path)
    first = path.read_bytes()
    write_xauthority(path)
    assert path.read_bytes() != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert struct.unpack(">H", first[:2])[0] == 0xFFFF
    assert b"MIT-MAGIC-COOKIE-1" in first
