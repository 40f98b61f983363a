"""What happened, for assertions: every event as a JSON line, and the truth about speech.

Neither file is a log in the operator's sense: both hold names and words, live in the simulator's
own folder, and are never read by the bot.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any


class JsonLines:
    """An append-only file of JSON objects that is also kept in memory and can be waited on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: list[dict[str, Any]] = []
        self._grown = asyncio.Event()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def append(self, entry: dict[str, Any]) -> None:
        """Add a line; `seq` (from 1) is put in front."""
        numbered = {"seq": len(self._entries) + 1, **entry}
        self._entries.append(numbered)
        self._file.write(json.dumps(numbered, ensure_ascii=False) + "\n")
        self._grown.set()

    def since(self, seq: int, meeting: str | None = None) -> list[dict[str, Any]]:
        """Entries after `seq`, of one meeting or of all."""
        fresh = self._entries[max(seq, 0) :]
        return [entry for entry in fresh if meeting in (None, entry.get("meeting"))]

    async def wait_since(self, seq: int, meeting: str, wait_s: float) -> list[dict[str, Any]]:
        """Like `since`, but wait up to `wait_s` for the first entry."""
        deadline_s = time.monotonic() + wait_s
        while not (found := self.since(seq, meeting)):
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
            self._grown.clear()
            try:
                await asyncio.wait_for(self._grown.wait(), left_s)
            except TimeoutError:
                break
        return found

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._file.close()


class EventLog(JsonLines):
    """What visitors and the host did. Each entry has `event`, `meeting` and `at_epoch_s`."""

    def record(self, event: str, meeting: str, **fields: Any) -> None:
        """Add one event that happens now."""
        now_s = round(time.time(), 3)
        self.append({"event": event, "meeting": meeting, "at_epoch_s": now_s, **fields})
