"""A short way to a folder in which a Unix socket is to be."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

#: How long the path of a socket may be (unix(7): `sun_path` with its closing zero).
_LONGEST_SOCKET_PATH = 107


def short_folder(folder: Path, socket: str) -> Path:
    """Return the folder, or a link to it where the path of a socket in it would be too long.

    Args:
        folder: absolute.
        socket: the longest path of a socket within the folder.
    """
    if len(os.fsencode(folder / socket)) <= _LONGEST_SOCKET_PATH:
        return folder
    link = Path(tempfile.gettempdir()) / f"vexa-bot-{secrets.token_hex(4)}"
    link.symlink_to(folder)
    return link
