"""What shows how a meeting ended: screenshots of the page, and the last lines of the bot's log.

It lies in the folder of bots' logs under the bot's name, so that it is erased with its meeting.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from pathlib import Path

from vexa.bot_manager.orchestrators.base import log_name
from vexa.contracts.bot import EXIT_REPORTED
from vexa.contracts.meeting import Outcome
from vexa.kit.redaction import redact_text

#: The excerpt of a log: so many lines and bytes at most. Our own choice: a stay that fails says why
#: in its last few lines, and a traceback has some dozens.
_LINES, _BYTES = 200, 65_536
#: Most screenshots of one bot, which writes them itself, and the largest, bytes.
_MOST_PICTURES, _LARGEST_PICTURE = 4, 5_000_000
_EXCERPT_END = "-end.log"


def is_worth_keeping(outcome: str | None, exit_code: int | None) -> bool:
    """Tell whether an end needs evidence: any but that of a bot which left as its user asked.

    Args:
        outcome: of the meeting.
        exit_code: of the bot's process; None when nobody knows it.
    """
    return outcome != Outcome.STOPPED_BY_USER or exit_code not in {None, EXIT_REPORTED}


class Evidence:
    """Keeps files for the newest meetings.

    Args:
        logs_dir: folder of one log file a bot.
        most_bytes: what the evidence of all bots may take; beyond it the oldest goes. 0: none is
            kept, but for logs.
    """

    def __init__(self, logs_dir: Path, most_bytes: int) -> None:
        self._logs_dir = logs_dir
        self._most_bytes = most_bytes

    async def keep(self, bot_name: str, work_dir: Path) -> list[str]:
        """Keep what a bot that has ended left; return the paths, its log first. Safe to repeat.

        Args:
            bot_name: as its log is named.
            work_dir: its folder, which has its screenshots and may be gone.
        """
        return await asyncio.to_thread(self._keep, bot_name, work_dir)

    def _keep(self, name: str, work_dir: Path) -> list[str]:
        if self._most_bytes and self._logs_dir.is_dir():
            self._take_pictures(name, work_dir)
            self._write_excerpt(name)
        own = sorted(path for path in self._all() if path.name.startswith(f"{name}-"))
        self._make_room(own)
        log = self._logs_dir / log_name(name)
        return [str(path) for path in (log, *own) if path.is_file()]

    def _take_pictures(self, name: str, work_dir: Path) -> None:
        found = sorted([*work_dir.glob("*.png"), *work_dir.glob("screenshots/*.png")])
        # the folder is the bot's: a link in it could point anywhere
        pictures = [path for path in found if path.is_file() and not path.is_symlink()]
        small = [path for path in pictures if path.stat().st_size <= _LARGEST_PICTURE]
        for picture in small[-_MOST_PICTURES:]:
            shutil.move(picture, self._logs_dir / f"{name}-{picture.name}")

    def _write_excerpt(self, name: str) -> None:
        try:
            with (self._logs_dir / log_name(name)).open("rb") as log:
                length = log.seek(0, os.SEEK_END)
                log.seek(max(0, length - _BYTES))
                lines = log.read(_BYTES).decode(errors="replace").splitlines()
        except OSError:
            # a bot that was never started has none
            return
        whole = lines[1:] if length > _BYTES else lines
        excerpt = self._logs_dir / f"{name}{_EXCERPT_END}"
        excerpt.touch(mode=0o600)
        excerpt.write_text("".join(f"{redact_text(line)}\n" for line in whole[-_LINES:]))

    def _make_room(self, own: list[Path]) -> None:
        sizes: dict[Path, os.stat_result] = {}
        for path in self._all():
            # one may go meanwhile: with its meeting, or for another bot's
            with contextlib.suppress(FileNotFoundError):
                sizes[path] = path.stat()
        total = sum(stat.st_size for stat in sizes.values())
        for path in sorted(sizes.keys() - set(own), key=lambda one: sizes[one].st_mtime):
            if total <= self._most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= sizes[path].st_size

    def _all(self) -> list[Path]:
        found = self._logs_dir.glob("vexa-bot-*")
        return [path for path in found if path.name.endswith((".png", _EXCERPT_END))]
