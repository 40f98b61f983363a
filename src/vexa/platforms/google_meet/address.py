"""Google Meet addresses: a code or a link in, the address to open out. Pure; loads no browser.

Source: the wire's rules for `native_meeting_id` and `passcode`, and Meet's own link forms, 2026-09.
Nicknames (`meet.google.com/weekly-sync`) and `lookup/` links are refused: they open only for an
account of the owning organisation, and the bot is a signed-out guest (docs/decisions/0031).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from vexa.contracts.errors import InvalidInput
from vexa.contracts.meeting import PlatformName
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.link import Link, decoded

#: The one host that a Meet page is served from.
HOST = "meet.google.com"

#: What a meeting code looks like: three, four and three lower-case letters.
CODE = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}")

BAD_CODE = "Google Meet ID must be in format 'abc-defg-hij' (lowercase letters only)"
NO_PASSCODE = "Passcode is not supported for Google Meet meetings"

#: The interface language that the bot asks for; its texts are the first in `selectors.py`.
PAGE_LANGUAGE = "en"


#: Where links to a meeting lead: Meet itself, and the page with its telephone numbers.
_LINK_HOSTS = frozenset({HOST, "tel.meet"})
_PATH = re.compile(r"/(?:_meet/)?([a-z]{3})-?([a-z]{4})-?([a-z]{3})/?", re.IGNORECASE)
_NICKNAME = (
    "This Meet link is a nickname, which opens only for accounts of its organisation: "
    "paste the meeting's link with a code such as abc-defg-hij."
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def parse(
    native_id: str, passcode: str | None = None, options: AddressOptions | None = None
) -> MeetingAddress:
    """Check a meeting code and give its address. Padding around the code is dropped.

    Raises:
        InvalidInput: the code is malformed, or a passcode came with it; `field` says which.
    """
    code = native_id.strip()
    if CODE.fullmatch(code) is None:
        raise InvalidInput(BAD_CODE, field="native_meeting_id")
    if passcode:
        raise InvalidInput(NO_PASSCODE, field="passcode")
    url = meeting_url(code)
    return MeetingAddress(
        platform=PlatformName.GOOGLE_MEET, native_id=code, url=url, join_url=join_url(url)
    )


def from_link(link: Link, options: AddressOptions) -> MeetingAddress | None:
    """Read a link; None when it is not Meet's.

    Raises:
        InvalidInput: it is Meet's, but names no meeting that a guest can open.
    """
    if link.host == "g.co" and link.path.startswith("/meet"):
        raise InvalidInput(_NICKNAME, field="meeting_url")
    if link.host not in _LINK_HOSTS:
        return None
    found = _PATH.fullmatch(decoded(link.path))
    if found is None:
        raise InvalidInput(_NICKNAME, field="meeting_url")
    if options.passcode:
        raise InvalidInput(NO_PASSCODE, field="passcode")
    code = "-".join(found.groups()).lower()
    language = _LANGUAGE.fullmatch(link.value("hl") or "")
    url = meeting_url(code)
    opened = join_url(f"{url}?hl={language[0]}" if language else url)
    return MeetingAddress(PlatformName.GOOGLE_MEET, code, url=url, join_url=opened)


def meeting_url(code: str) -> str:
    """Return the address of a meeting as people share it."""
    return f"https://{HOST}/{code}"


def join_url(url: str) -> str:
    """Return the address to open: the interface language is pinned unless the link names one."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key == "hl"]
    query = query or [("hl", PAGE_LANGUAGE)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
