"""The accounts that an operator lends to bots: one file of cookies for each platform."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import structlog
from pydantic import ValidationError

from vexa.contracts.bot import ACCOUNT_FILE, Account
from vexa.contracts.errors import ConfigurationError
from vexa.platforms.registry import descriptions

_log = structlog.get_logger(__name__)

#: A browser keeps 180 cookies of 4 KiB for a site (Chromium); more is not an account.
_MOST_BYTES = 1024 * 1024


class Accounts:
    """Reads `<platform>.json` in `folder`, and renews it after a bot's stay. None: no accounts."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def platforms(self) -> frozenset[str]:
        """Platforms in whose meetings a bot can have an account now."""
        return frozenset(
            name
            for name, one in descriptions().items()
            if one.takes_accounts and self._folder is not None and self._file(name).is_file()
        )

    async def read(self, platform: str) -> Account:
        """Return a platform's account.

        Raises:
            ConfigurationError: there is none, or its file cannot be read.
        """
        return await asyncio.to_thread(self._read, platform)

    async def take_back(self, platform: str, work_dir: Path) -> None:
        """Renew a platform's account by what its bot left, if that can be one."""
        await asyncio.to_thread(self._take_back, platform, work_dir / ACCOUNT_FILE)

    def _file(self, platform: str) -> Path:
        if self._folder is None:
            raise ConfigurationError("BOT_ACCOUNTS_DIR is not set")
        return self._folder / f"{platform}.json"

    def _read(self, platform: str) -> Account:
        file = self._file(platform)
        try:
            return Account.model_validate_json(file.read_bytes())
        except OSError as exc:
            raise ConfigurationError(
                f"{file.name} of the accounts cannot be read: {exc.strerror}"
            ) from exc
        except ValidationError:
            # without its cause, which quotes the cookies
            raise ConfigurationError(
                f"{file.name} of the accounts is no storage state of Playwright with cookies"
            ) from None

    def _take_back(self, platform: str, left: Path) -> None:
        try:
            kept = self._read(platform).of_its_sites(_read_left(left).cookies)
            file = self._file(platform)
            unfinished = file.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            unfinished.touch(mode=0o600)
            unfinished.write_text(kept.model_dump_json())
            os.replace(unfinished, file)
        except FileNotFoundError:
            return
        except (OSError, ValueError, ConfigurationError) as exc:
            _log.warning("account_not_renewed", platform=platform, cause=type(exc).__name__)
        else:
            _log.info("account_renewed", platform=platform, cookies=len(kept.cookies))


def _read_left(file: Path) -> Account:
    """Read a file in a bot's folder, which may be a link, a pipe or endless.

    Raises:
        OSError, ValueError: it is not a file of an account.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise ValueError("not a file")
        text = opened.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ValueError("too large")
    return Account.model_validate_json(text)
