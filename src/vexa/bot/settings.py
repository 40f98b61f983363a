"""What a bot takes from its environment: where its programs are, for its browser and its sound."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

#: Variables that the browser needs besides its own HOME.
_PASSED_ON = (
    "PATH LANG LC_ALL TZ DISPLAY XAUTHORITY XDG_RUNTIME_DIR PULSE_SERVER FONTCONFIG_FILE "
    "VEXA_BOT_CONNECTION_ID"
)

#: Options of the driver's Node: MiB of each half of its young generation. It reads a message of the
#: page, hands it on and forgets it, and would let 16 MiB of such gather (docs/decisions/0095).
_DRIVER_OPTIONS = "--max-semi-space-size=1"


def browser_environment(
    home: Path, temporary: Path, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of this bot's browser, with a home and a folder for files of its own.

    The mark of the bot is passed on, so that whoever ends the bot finds its browser too.

    Args:
        home: its home.
        temporary: its folder for files.
        own: variables that name what the bot has in the place of the host's: a display, a sound
            server.
    """
    return {**_kept(_PASSED_ON), "HOME": str(home), "TMPDIR": str(temporary), **(own or {})}


def sound_server_environment(folder: Path) -> dict[str, str]:
    """Return the environment of this bot's sound server, which keeps its state in a folder.

    It has no display and no bus, and the bot's mark as the browser has it.
    """
    own = dict.fromkeys(("HOME", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"), str(folder))
    return {**helper_environment(), **own}


def helper_environment() -> dict[str, str]:
    """Return the environment of a program that serves this bot: no more than the bot's mark."""
    return _kept("PATH LANG LC_ALL VEXA_BOT_CONNECTION_ID")


def _kept(names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names.split() if name in os.environ}


def keep_driver_small() -> None:
    """Give the driver's Node its options, by this process's environment."""
    os.environ["NODE_OPTIONS"] = _DRIVER_OPTIONS
