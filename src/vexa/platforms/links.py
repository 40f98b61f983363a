"""One parser for everything that people paste: text in, the one address of a meeting out. Pure.

`POST /bots`, the live feed, MCP and the command line all read links here, so the same room is the
same meeting, whatever form its link came in.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vexa.contracts.errors import InvalidInput
from vexa.platforms import pasted_text, redirectors
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.description import PlatformDescription
from vexa.platforms.link import Link
from vexa.platforms.registry import descriptions

FIELD = "meeting_url"
#: A whole invitation with its filtered links is shorter.
MAX_CHARS = 20_000
#: A link in a link in a link.
_MOST_LAYERS = 5

_OPAQUE = "This is a short link: open it, and paste the meeting's link that it leads to."
_WHICH = "The text names a meeting ID but no product: send platform too."


def parse_link(
    text: str,
    *,
    platform: str | None = None,
    passcode: str | None = None,
    options: AddressOptions | None = None,
) -> MeetingAddress:
    """Find the one meeting that a pasted text means.

    Args:
        text: a link, wrapped or not, with or without scheme, or a whole invitation; an id alone
            where it can be only one product's, or with `platform`.
        platform: what the client says besides; a link of another one is refused.
        passcode: what the client says besides; the link's own is preferred, the text's is not.
        options: what else decides about addresses.

    Raises:
        InvalidInput: there is no meeting in the text, or one that no guest can open, or the
            passcode is malformed; `field` says which.
    """
    if len(text) > MAX_CHARS:
        raise InvalidInput(f"meeting_url may have at most {MAX_CHARS} characters", field=FIELD)
    options = options or AddressOptions()
    named = None if passcode else pasted_text.passcode(text)
    try:
        address = _find(text, platform, replace(options, passcode=passcode or named))
    except InvalidInput as exc:
        if exc.field != "passcode" or named is None:
            raise
        # what looked like a passcode in the text is none
        address = _find(text, platform, options)
    if platform is not None and address.platform != platform:
        raise InvalidInput(
            f"meeting_url is a link of {address.platform}, but platform is {platform}", field=FIELD
        )
    return address


def _find(text: str, platform: str | None, options: AddressOptions) -> MeetingAddress:
    try:
        address = _from_links(text, options) or _from_ids(text, platform, options)
    except InvalidInput as exc:
        field = "passcode" if exc.field == "passcode" else FIELD
        raise InvalidInput(exc.detail, field=field) from exc
    if address is None:
        raise InvalidInput(_no_link(), field=FIELD)
    return address


def _from_links(text: str, options: AddressOptions) -> MeetingAddress | None:
    refusal: InvalidInput | None = None
    for candidate in pasted_text.links(text):
        try:
            address = _from_link(candidate, options)
        except InvalidInput as exc:
            if exc.field == "passcode":
                raise
            refusal = refusal or exc
            continue
        if address is not None:
            return address
    if refusal is not None:
        raise refusal
    return None


def _from_link(text: str, options: AddressOptions) -> MeetingAddress | None:
    for _ in range(_MOST_LAYERS):
        link = Link.read(text)
        if link is None:
            return None
        if redirectors.is_opaque(link):
            raise InvalidInput(_OPAQUE, field=FIELD)
        inner = redirectors.target(link)
        if inner is None:
            return _by_platform(link, options)
        text = inner.strip()
    return None


def _by_platform(link: Link, options: AddressOptions) -> MeetingAddress | None:
    found = (one.from_link(link, options) for one in descriptions().values())
    return next((address for address in found if address is not None), None)


def _from_ids(text: str, platform: str | None, options: AddressOptions) -> MeetingAddress | None:
    known = {name: one for name, one in descriptions().items() if platform in {None, name}}
    code = text.strip().lower()
    for one in known.values():
        if one.lone_code is not None and one.lone_code.fullmatch(code):
            return one.parse(code, options.passcode, options)
    numbered = {name: one for name, one in known.items() if one.digits is not None}
    number = pasted_text.meeting_id(text)
    if number is None or not numbered:
        return None
    if len(numbered) > 1:
        numbered = _named(text, numbered) or _as_long(number, numbered)
    if len(numbered) != 1:
        raise InvalidInput(_WHICH, field=FIELD)
    [product] = numbered.values()
    return product.parse(number, options.passcode, replace(options, is_pasted=True))


def _named(
    text: str, numbered: dict[str, PlatformDescription]
) -> dict[str, PlatformDescription] | None:
    """Return the one product that the text names; None when it names none, or several."""
    found = {
        name: one
        for name, one in numbered.items()
        if re.search(rf"\b(?:{re.escape(name)}|{re.escape(one.title)})\b", text, re.IGNORECASE)
    }
    return found if len(found) == 1 else None


def _as_long(
    number: str, numbered: dict[str, PlatformDescription]
) -> dict[str, PlatformDescription]:
    return {
        name: one
        for name, one in numbered.items()
        if one.digits is not None and len(number) in one.digits
    }


def _no_link() -> str:
    titles = sorted(one.title for one in descriptions().values())
    return (
        f"meeting_url holds no link of a meeting: allowed are links of {', '.join(titles[:-1])} "
        f"and {titles[-1]}, also as the text of an invitation"
    )
