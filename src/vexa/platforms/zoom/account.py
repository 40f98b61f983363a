"""Is the browser signed in to Zoom? Its account page is asked before any meeting is opened.

Zoom shows that page to nobody else and sends others to sign in (source: public bots, read 2026-09).
It proves the session; that the meeting knows it too is proved by a preview which can be joined
although nobody typed a name (see `doorway`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import MeetingPage, PageView
from vexa.platforms.zoom import selectors
from vexa.platforms.zoom.address import is_ours

#: Time that the account page gets to show itself.
_ACCOUNT_S = 60.0
_LOOK_EVERY_S = 0.4
#: What is seen counts when so many looks in a row show it.
_SURE = 2
#: Whoever signs in is led to some page of Zoom's: so many looks at one open the account page anew,
#: so many times at most.
_ELSEWHERE = 5
_MOST_OPENINGS = 3


def signed_out(reason: str) -> JoinError:
    """Return the end of a way in whose account is signed out."""
    return JoinError(Outcome.ACCOUNT_SIGNED_OUT, f"join: {reason}")


def account_url(meeting_url: str) -> str:
    """Return the address of the account page in the cloud that a meeting is in."""
    host = urlsplit(meeting_url).hostname or ""
    is_gov = host == "zoomgov.com" or host.endswith(".zoomgov.com")
    return f"https://{'www.zoomgov.com' if is_gov else 'zoom.us'}{selectors.ACCOUNT_PATH}"


async def prove(page: MeetingPage, meeting_url: str) -> None:
    """Open the account page and wait until it is there.

    Raises:
        JoinError: Zoom asks to sign in instead, or shows neither.
    """
    await page.open(account_url(meeting_url))
    shown = asked = elsewhere = 0
    openings = 1
    waited_s = 0.0
    while waited_s < _ACCOUNT_S:
        view = await page.look()
        shown = shown + 1 if _is_account_page(view) else 0
        asked = asked + 1 if _path(view).startswith(selectors.SIGN_IN_PATHS) else 0
        elsewhere = elsewhere + 1 if not asked and _is_elsewhere(view) else 0
        if asked >= _SURE:
            raise signed_out("the account page asks to sign in")
        if shown >= _SURE:
            return
        if elsewhere >= _ELSEWHERE and openings < _MOST_OPENINGS:
            elsewhere, openings = 0, openings + 1
            await page.open(account_url(meeting_url))
        await page.pause(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
    raise JoinError(Outcome.PAGE_CHANGED, "join: no account page")


def _path(view: PageView) -> str:
    return urlsplit(view.url).path


def _is_elsewhere(view: PageView) -> bool:
    return is_ours(view.host) and _path(view) != selectors.ACCOUNT_PATH


def _is_account_page(view: PageView) -> bool:
    is_there = is_ours(view.host) and _path(view) == selectors.ACCOUNT_PATH
    return is_there and view.has("sign_out")
