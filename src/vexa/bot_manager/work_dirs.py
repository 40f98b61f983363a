"""The folder of each bot: profile, temporary files, screenshots. Gone when the bot is."""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
from collections.abc import Collection
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)

_CONNECTION_ID = re.compile(r"[0-9a-f]{32}")


class WorkDirs:
    """Makes and removes the folders below `root`, named by connection id.

    Args:
        root: folder of the folders.
        user: account that bots run as; None for the one of this process.
    """

    def __init__(self, root: Path, user: str | None) -> None:
        self._root = root
        self._user = user

    def folder(self, connection_id: str) -> Path:
        """Return the folder of a bot, which may be gone."""
        return self._root / connection_id

    async def make(self, connection_id: str) -> Path:
        """Make the folder of a bot, which only the bot may enter. Raises OSError."""
        return await asyncio.to_thread(self._make, connection_id)

    async def remove(self, connection_id: str) -> None:
        """Remove a bot's folder. Safe to call twice."""
        await asyncio.to_thread(self._delete, self.folder(connection_id))

    async def remove_others(self, keep: Collection[str]) -> None:
        """Remove folders that an earlier bot manager left, but those of `keep`."""
        await asyncio.to_thread(self._remove_others, keep)

    def _make(self, connection_id: str) -> Path:
        # bots of another account must be able to pass through, not to list
        self._root.mkdir(parents=True, exist_ok=True, mode=0o711)
        folder = self.folder(connection_id)
        folder.mkdir(mode=0o700)
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        return folder

    def _remove_others(self, keep: Collection[str]) -> None:
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if _CONNECTION_ID.fullmatch(folder.name) and folder.name not in keep:
                self._delete(folder)

    def _delete(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            _log.warning("work_dir_remains", connection_id=folder.name)
