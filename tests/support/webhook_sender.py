"""A process that delivers webhooks, to be killed: `python -m tests.support.webhook_sender`.

Arguments: database URL, file with the time of day, longest time of a try in seconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

from vexa.bot_manager.webhooks.deliverer import WebhookDeliverer
from vexa.kit.public_addresses import AllowList
from vexa.kit.safe_http import SafeHttp
from vexa.storage.database import Database


class FileClock:
    """The time that a test wrote into a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The time in the file."""
        return datetime.fromisoformat(self._path.read_text())

    def monotonic_s(self) -> float:
        """The same, as seconds."""
        return self.now().timestamp()


async def main(database_url: str, clock: str, timeout_s: str) -> None:
    """Deliver until killed."""
    http = SafeHttp(AllowList.parse("127.0.0.1"), timeout_s=float(timeout_s))
    holder = f"sender:{os.getpid()}"
    await WebhookDeliverer(Database(database_url), http, FileClock(Path(clock)), holder).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
