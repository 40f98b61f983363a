"""Zoom addresses: ids, invitations and deep links. Pure; loads no browser.

Source: Zoom's link forms, 2026-09. Vanity hosts (`acme.zoom.us`) lead to the same meeting and are
kept only in the address to open; `zoomgov.com` is another cloud.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from vexa.contracts.errors import InvalidInput
from vexa.contracts.meeting import PlatformName
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.link import Link, decoded

BAD_ID = "Zoom meeting ID must be 9-11 digits"
BAD_PASSCODE = "Zoom passcode must be 1-128 printable characters without spaces"

ID = re.compile(r"[0-9]{9,11}")
#: Hosts that a meeting's page may lead over, besides its own: the site, its client, its clusters.
HOSTS = frozenset(
    {
        *("zoom.us", "www.zoom.us", "app.zoom.us", "app.zoomgov.com", "www.zoomgov.com"),
        *(f"us{number:02}web.zoom.us" for number in range(1, 10)),
        "zoomgov.com",
    }
)
_SCHEMES = frozenset({"zoommtg", "zoomus"})
_PATH = re.compile(
    r"/(?:(?:j|w|s|wc|wc/join|launch/jc)/(?P<id>[0-9 -]{9,15})(?:/(?:join|start))?|join|start)/?"
)
#: The encrypted passcode of an invitation; what some mail programs append is cut off.
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)?")
_REGISTRANT = re.compile(r"[A-Za-z0-9._~*-]{1,512}")
#: First part of the path → why such a link is no way into a meeting for a bot.
_NO_WAY = {
    "my": "A personal Zoom link hides the meeting's id: paste the link of the invitation.",
    "rec": "This is the link of a Zoom recording, not of a meeting.",
    "meeting": "This Zoom link is a registration: paste the link of the confirmation.",
    "webinar": "This Zoom link is a registration: paste the link of the confirmation.",
    "ejl": "A link of Zoom Events is for one registrant only: paste the meeting's own link.",
}


def parse(
    native_id: str, passcode: str | None = None, options: AddressOptions | None = None
) -> MeetingAddress:
    """Check an id and a passcode; spaces and dashes inside the id are dropped.

    Raises:
        InvalidInput: `field` says which is malformed.
    """
    meeting_id = re.sub(r"[\s-]", "", native_id)
    if not meeting_id.isascii() or ID.fullmatch(meeting_id) is None:
        raise InvalidInput(BAD_ID, field="native_meeting_id")
    return _address(meeting_id, passcode, "app.zoom.us")


def from_link(link: Link, options: AddressOptions) -> MeetingAddress | None:
    """Read a link; None when it is not Zoom's.

    Raises:
        InvalidInput: it is Zoom's, but leads a guest into no meeting.
    """
    if link.scheme in _SCHEMES:
        meeting_id, host = link.value("confno") or "", "app.zoom.us"
    elif is_ours(link.host):
        found = _PATH.fullmatch(decoded(link.path))
        if found is None:
            first = link.path.strip("/").partition("/")[0]
            raise InvalidInput(
                _NO_WAY.get(
                    first, "This Zoom link names no meeting: paste one with /j/ and an id."
                ),
                field="meeting_url",
            )
        meeting_id = found["id"] or link.value("confno") or ""
        host = link.host
    else:
        return None
    meeting_id = re.sub(r"[ -]", "", meeting_id)
    if ID.fullmatch(meeting_id) is None:
        raise InvalidInput(BAD_ID, field="meeting_url")
    token = _TOKEN.match(link.value("pwd") or "")
    registrant = _REGISTRANT.fullmatch(link.value("tk") or "")
    ticket = registrant[0] if registrant else None
    return _address(meeting_id, token[0] if token else options.passcode, host, tk=ticket)


def is_ours(host: str) -> bool:
    """Tell whether a host is one of Zoom's, in either cloud."""
    return re.fullmatch(r"(?:[a-z0-9-]+\.)*(?:zoom\.us|zoom\.com|zoomgov\.com)", host) is not None


def _address(
    meeting_id: str, passcode: str | None, host: str, tk: str | None = None
) -> MeetingAddress:
    if passcode and not (len(passcode) <= 128 and passcode.isprintable() and " " not in passcode):
        raise InvalidInput(BAD_PASSCODE, field="passcode")
    is_gov = host == "zoomgov.com" or host.endswith(".zoomgov.com")
    query = {key: value for key, value in (("pwd", passcode), ("tk", tk)) if value}
    if not is_gov and host in {"zoom.us", "zoom.com", "app.zoom.us"}:
        opened = f"https://app.zoom.us/wc/{meeting_id}/join"
    else:
        opened = f"https://{host.replace('.zoom.com', '.zoom.us')}/wc/join/{meeting_id}"
    return MeetingAddress(
        platform=PlatformName.ZOOM,
        native_id=meeting_id,
        url=f"https://{'zoomgov.com' if is_gov else 'zoom.us'}/j/{meeting_id}",
        join_url=f"{opened}?{urlencode(query)}" if query else opened,
        passcode=passcode or None,
    )
