"""Removes the logs and screenshots of bots whose meeting was erased."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import structlog

from vexa.bus.connection import Bus
from vexa.contracts.errors import Unavailable
from vexa.contracts.stream_names import MEETING_ERASED
from vexa.storage import erasure
from vexa.storage.database import Database

_log = structlog.get_logger(__name__)

#: A look at every file, seconds: for what was erased while nobody listened.
LOOK_EVERY_S = 600.0
#: Pause after Redis was away, seconds.
RETRY_S = 5.0
#: Meetings of one question to the database.
ASK_AT_ONCE = 500

#: The names that `launch.new_container_name` gives, with whatever was put behind them.
_NAME = re.compile(r"vexa-bot-(\d{1,9})-[0-9a-f]{8}[.-]")


class ErasedFiles:
    """Watches `logs_dir` for files of erased meetings.

    Args:
        database: knows which meetings are erased.
        bus: says so at once.
        logs_dir: one log a bot, and its screenshots beside it.
    """

    def __init__(self, database: Database, bus: Bus, logs_dir: Path) -> None:
        self._database = database
        self._bus = bus
        self._logs_dir = logs_dir
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Remove files as meetings are erased, for ever."""
        while True:
            self._news.clear()
            try:
                await self._bus.subscribe(MEETING_ERASED, self._on_news)
                await self.remove()
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._news.wait()
            except TimeoutError:
                continue
            except Unavailable as exc:
                _log.warning("erased_files_wait", code=exc.code)
                await asyncio.sleep(RETRY_S)

    def _on_news(self, _channel: str, _text: str) -> None:
        self._news.set()

    async def remove(self) -> int:
        """Remove every file of an erased meeting; return how many.

        Raises:
            StorageUnavailable: it cannot be known which are erased.
        """
        files = await asyncio.to_thread(self._files)
        ids = sorted(files)
        removed = 0
        for offset in range(0, len(ids), ASK_AT_ONCE):
            async with self._database.reading() as session:
                erased = await erasure.erased_among(session, ids[offset : offset + ASK_AT_ONCE])
            for meeting_id in erased:
                for path in files[meeting_id]:
                    await asyncio.to_thread(path.unlink, missing_ok=True)
                    removed += 1
        if removed:
            _log.info("erased_files_removed", files=removed)
        return removed

    def _files(self) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        for path in self._logs_dir.glob("vexa-bot-*"):
            if match := _NAME.match(path.name):
                found.setdefault(int(match[1]), []).append(path)
        return found
