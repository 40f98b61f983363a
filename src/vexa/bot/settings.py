"""What a bot takes from its environment: nothing but where its programs are, for its browser."""

from __future__ import annotations

import os
from pathlib import Path

#: Variables that the browser needs besides its own HOME.
_PASSED_ON = (
    "PATH LANG LC_ALL TZ DISPLAY XAUTHORITY XDG_RUNTIME_DIR PULSE_SERVER FONTCONFIG_FILE "
    "VEXA_BOT_CONNECTION_ID"
)

#: Options of the driver's Node: MiB of each half of its young generation. It reads a message of the
#: page, hands it on and forgets it, and would let 16 MiB of such gather (docs/decisions/0095).
_DRIVER_OPTIONS = "--max-semi-space-size=1"


def browser_environment(home: Path, temporary: Path) -> dict[str, str]:
    """Return the environment of this bot's browser, with a home and a folder for files of its own.

    The mark of the bot is passed on, so that whoever ends the bot finds its browser too.
    """
    kept = {name: os.environ[name] for name in _PASSED_ON.split() if name in os.environ}
    return {**kept, "HOME": str(home), "TMPDIR": str(temporary)}


def keep_driver_small() -> None:
    """Give the driver's Node its options, by this process's environment."""
    os.environ["NODE_OPTIONS"] = _DRIVER_OPTIONS
