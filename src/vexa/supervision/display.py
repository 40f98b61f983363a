"""The X display that bots share: a free number."""

from __future__ import annotations

import os
from pathlib import Path

from vexa.contracts.errors import ConfigurationError

#: Where X servers keep their locks and sockets.
_X_LOCKS = Path("/tmp")
_FIRST, _LAST = 99, 199


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
