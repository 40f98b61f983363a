"""Secrets that an installation makes for itself at first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

#: 256 bits, as hexadecimal digits.
_BYTES = 32


def load_or_make_secret(folder: Path, name: str) -> str:
    """Return the secret kept in `folder/name` (0600), making it if it is not there.

    Safe against two starts at once: the file appears whole or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
