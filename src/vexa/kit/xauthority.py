"""The cookie of an X display, without which nobody may draw on it or move its pointer."""

from __future__ import annotations

import os
import secrets
import struct
from pathlib import Path

#: `FamilyWild` of Xauth.h: the cookie holds for every host name.
_FAMILY_WILD = 0xFFFF
_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"


def write_xauthority(path: Path) -> None:
    """Write a fresh cookie for every display into `path` (0600), in Xau's file format."""

    def field(value: bytes) -> bytes:
        return struct.pack(">H", len(value)) + value

    record = struct.pack(">H", _FAMILY_WILD) + field(b"") + field(b"")
    record += field(_COOKIE_NAME) + field(secrets.token_bytes(16))
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(record)
