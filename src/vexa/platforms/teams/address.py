"""Microsoft Teams addresses: short ids, thread links and their wrappings. Pure; loads no browser.

Source: the wire's rules for ids and passcodes, and Teams' own link forms, 2026-09. The host of a
short link decides which cloud answers and is kept. A thread link has no short id: the wire gives it
the first 16 hexadecimal digits of a hash, here of the thread and its message, so that every
spelling of the link is one meeting.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from typing import Any
from urllib.parse import quote, urlencode

from vexa.contracts.errors import InvalidInput
from vexa.contracts.meeting import PlatformName
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.link import Link, decoded, parameter

BAD_ID = "Teams meeting ID must be 10-15 digits only (not a full URL)"
BAD_PASSCODE = "Teams passcode must be 8-20 alphanumeric characters"
NEEDS_LINK = "This Teams meeting has no short ID: send its link as meeting_url"
NO_MEETING = "This Teams link names no meeting: paste the one behind 'Join the meeting now'."

#: Front doors. `*.teams.microsoft.com` and `*.teams.microsoft.us` are taken too.
HOSTS = frozenset({"teams.live.com", "teams.microsoft.com", "teams.cloud.microsoft"})
_DOMAINS = (".teams.microsoft.com", ".teams.microsoft.us")
#: Where a meeting that is given by its id alone is looked for (the wire's choice).
DEFAULT_HOST = "teams.live.com"
#: Where it is looked for if the id was pasted: it is an invitation's then, and organisations send
#: those, as a rule.
PASTED_HOST = "teams.microsoft.com"

ID = re.compile(r"[0-9]{10,15}")
_HASH = re.compile(r"[0-9a-f]{16}")
#: Shorter than the wire's text says: later generations issue passcodes from four characters on.
_PASSCODE = re.compile(r"[A-Za-z0-9]{4,20}")
_SHORT = re.compile(r"/meet/(?P<id>[0-9]{10,15})/?")
_THREAD = re.compile(
    r"/l/meetup-join/(?P<thread>19:[A-Za-z0-9_.-]+@(?:thread\.(?:v2|tacv2|skype)|unq\.gbl\.spaces))"
    r"(?:/(?P<message>[0-9]+))?/?"
)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def parse(
    native_id: str, passcode: str | None = None, options: AddressOptions | None = None
) -> MeetingAddress:
    """Check a short id and a passcode. Padding around the id is dropped.

    Raises:
        InvalidInput: `field` says which is malformed.
    """
    meeting_id = native_id.strip()
    if _HASH.fullmatch(meeting_id) and not ID.fullmatch(meeting_id):
        raise InvalidInput(NEEDS_LINK, field="native_meeting_id")
    if not meeting_id.isascii() or ID.fullmatch(meeting_id) is None:
        raise InvalidInput(BAD_ID, field="native_meeting_id")
    options = options or AddressOptions()
    host = options.teams_host or (PASTED_HOST if options.is_pasted else DEFAULT_HOST)
    if not is_ours(host):
        raise InvalidInput("teams_base_host must be a Teams host", field="teams_base_host")
    return _short(host, meeting_id, passcode)


def from_link(link: Link, options: AddressOptions) -> MeetingAddress | None:
    """Read a link; None when it is not Teams'.

    Raises:
        InvalidInput: it is Teams', but names no meeting.
    """
    host = link.host
    if link.scheme == "msteams":
        host = host or "teams.microsoft.com"
    if not is_ours(host):
        return None
    for path, query in _places(link):
        address = _at(host, decoded(path), query, options.passcode)
        if address is not None:
            return address
    raise InvalidInput(NO_MEETING, field="meeting_url")


def is_ours(host: str) -> bool:
    """Tell whether a host is one of Teams' front doors."""
    if host in HOSTS:
        return True
    return host.endswith(_DOMAINS) and re.fullmatch(r"[a-z0-9.-]+", host) is not None


def _places(link: Link) -> list[tuple[str, str]]:
    """Where a meeting may be written: path, fragment, a launcher's target, a light meeting."""
    places = [(link.path, link.query)]
    inner = [link.fragment, *(decoded(link.value("url") or "").partition("#")[::2])]
    for text in inner:
        path, _, query = text.partition("?")
        if path:
            # a launcher puts the inner link's parameters behind its own `&`
            places.append((path.partition("&")[0], query or path.partition("&")[2]))
    coords = link.value("coords")
    if coords and "light-meetings" in link.path:
        places.append(_light(coords))
    return places


def _at(host: str, path: str, query: str, beside: str | None) -> MeetingAddress | None:
    short = _SHORT.fullmatch(path)
    if short is not None:
        passcode = _PASSCODE.match(parameter(query, "p") or "")
        return _short(host, short["id"], passcode[0] if passcode else beside)
    thread = _THREAD.fullmatch(path)
    if thread is not None:
        return _threaded(host, thread["thread"], thread["message"] or "0", _context(query))
    return None


def _short(host: str, meeting_id: str, passcode: str | None) -> MeetingAddress:
    if passcode and _PASSCODE.fullmatch(passcode) is None:
        raise InvalidInput(BAD_PASSCODE, field="passcode")
    url = f"https://{host}/meet/{meeting_id}"
    return MeetingAddress(
        platform=PlatformName.TEAMS,
        native_id=meeting_id,
        url=url,
        join_url=f"{url}?{urlencode({'p': passcode})}" if passcode else url,
        passcode=passcode or None,
    )


def _threaded(host: str, thread: str, message: str, context: dict[str, str]) -> MeetingAddress:
    url = f"https://{host}/l/meetup-join/{quote(thread, safe='')}/{message}"
    if context:
        url += "?" + urlencode({"context": json.dumps(context, separators=(",", ":"))})
    return MeetingAddress(
        platform=PlatformName.TEAMS,
        native_id=hashlib.sha256(f"{thread}/{message}".encode()).hexdigest()[:16],
        url=url,
        join_url=url,
    )


def _context(query: str) -> dict[str, str]:
    """Tenant and organiser of a thread link; nothing when they cannot be read."""
    text = decoded(parameter(query, "context") or "")
    return _guids(_json(text if text.endswith("}") else text + "}"), Tid="Tid", Oid="Oid")


def _light(coords: str) -> tuple[str, str]:
    """Turn the parameters of a light meeting into path and query of its thread link."""
    try:
        data = base64.b64decode(coords + "=" * (-len(coords) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        return "", ""
    found = _json(data.decode("utf-8", errors="replace"))
    thread, message = found.get("conversationId"), found.get("messageId") or "0"
    context = _guids(found, Tid="tenantId", Oid="organizerId")
    return f"/l/meetup-join/{thread}/{message}", urlencode({"context": json.dumps(context)})


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _guids(found: dict[str, Any], **names: str) -> dict[str, str]:
    values = {ours: str(found.get(theirs, "")) for ours, theirs in names.items()}
    return {name: value.lower() for name, value in values.items() if _GUID.fullmatch(value)}
