"""What the rest of the project has to know of a meeting product, its pages left out.

Each platform's folder has one such object, `description.py:DESCRIPTION`. Loading it loads neither a
browser library nor what knows the platform's pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vexa.platforms.base import AddressOptions, MeetingAddress, Platform
from vexa.platforms.link import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformDescription:
    """One platform.

    Attributes:
        title: as people write it.
        parse: `(native id, passcode, options)` → address. Raises InvalidInput.
        from_link: `(link, options)` → address; None when the link is another platform's. Raises
            InvalidInput when it is this one's but leads into no meeting.
        adapter: makes what one stay needs to know of the platform's pages; imports it first.
        takes_accounts: whether the adapter proves that a page is signed in, and joins with an
            account.
        lone_code: what an id looks like that is known for this platform's without its name, in
            lower case; None where ids are like anybody's.
        digits: how many digits an id has, where ids are numbers; None where they are not.
    """

    title: str
    parse: Callable[[str, str | None, AddressOptions], MeetingAddress]
    from_link: Callable[[Link, AddressOptions], MeetingAddress | None]
    adapter: Callable[[], Platform]
    takes_accounts: bool = False
    lone_code: re.Pattern[str] | None = None
    digits: range | None = None
