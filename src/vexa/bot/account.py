"""The account that a bot joins with: its cookies go into the browser, and come back renewed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import structlog
from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from vexa.contracts.bot import Account, Cookie
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome

_log = structlog.get_logger(__name__)

#: How long a browser that ends may take to tell its cookies, seconds.
_TELL_S = 3.0


async def sign_in(context: BrowserContext, account: Account) -> None:
    """Give the browser the account's cookies. Raises JoinError when it does not take them."""
    try:
        await context.add_cookies(
            [
                {
                    "name": cookie.name,
                    "value": cookie.value,
                    "domain": cookie.domain,
                    "path": cookie.path,
                    "expires": cookie.expires,
                    "httpOnly": cookie.httpOnly,
                    "secure": cookie.secure,
                    "sameSite": cookie.sameSite,
                }
                for cookie in account.cookies
            ]
        )
    except PlaywrightError as exc:
        # the browser's own words may hold a cookie
        reason = "account: the browser does not take its cookies"
        raise JoinError(Outcome.ACCOUNT_SIGNED_OUT, reason) from exc


async def keep_account(context: BrowserContext, account: Account, file: Path) -> None:
    """Leave the cookies of the account's sites in `file`, as they are now, best effort.

    Google renews them in every session, and those before cease to count some time later.
    """
    try:
        async with asyncio.timeout(_TELL_S):
            told = await context.cookies()
        kept = account.of_its_sites([Cookie.model_validate(cookie) for cookie in told])
    except (PlaywrightError, TimeoutError, ValueError) as exc:
        _log.warning("account_not_kept", cause=type(exc).__name__)
        return
    unfinished = file.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(kept.model_dump_json())
    os.replace(unfinished, file)
    _log.info("account_kept", cookies=len(kept.cookies))
