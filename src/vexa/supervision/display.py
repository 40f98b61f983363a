"""The X display of the bots: a free number, and a cookie without which nobody may draw on it."""

from __future__ import annotations

import os
import secrets
import struct
from pathlib import Path

from vexa.contracts.errors import ConfigurationError

#: Where X servers keep their locks and sockets.
_X_LOCKS = Path("/tmp")
_FIRST, _LAST = 99, 199
#: `FamilyWild` of Xauth.h: the cookie holds for every host name.
_FAMILY_WILD = 0xFFFF
_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"


def _in_use(number: int) -> bool:
    lock = _X_LOCKS / f".X{number}-lock"
    try:
        pid = int(lock.read_text().strip())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def choose_display(wanted: int | None) -> int:
    """Return the display number to use.

    Raises:
        ConfigurationError: the wanted one, or every one tried, is taken.
    """
    if wanted is not None:
        if _in_use(wanted):
            raise ConfigurationError(
                f"VEXA_DISPLAY: display :{wanted} is in use; choose another or leave it unset"
            )
        return wanted
    for number in range(_FIRST, _LAST):
        if not _in_use(number):
            return number
    raise ConfigurationError(f"no free X display from :{_FIRST} to :{_LAST - 1}")


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
