"""Jitsi Meet addresses: a room on a deployment. Pure; loads no browser.

Source: Jitsi's link forms, 2026-09. The id is the bare room on meet.jit.si and `room@host`
elsewhere, so that rooms of one name on two deployments are two meetings; what stands before the
room in the path (a tenant) is joined to it by `~`. Rooms are compared as Jitsi does: NFKC, lower
case.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlencode

from vexa.contracts.errors import InvalidInput
from vexa.contracts.meeting import PlatformName
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.link import Link, decoded

HOST = "meet.jit.si"
#: Deployments that are known without an operator's word. `*.8x8.vc` are taken too.
HOSTS = frozenset({HOST, "8x8.vc"})

BAD_ROOM = "Jitsi room must be 'Room' on meet.jit.si, or 'Room@host', without / ? & # or spaces"
BAD_PASSCODE = "Jitsi passcode must be 1-128 printable characters"

_MOST_CHARS = 255
_MARKS = frozenset("-_.!*()+,$")
#: A signed ticket of a deployment that asks for one.
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
#: First parts of a path on Jitsi's own host that are pages, not rooms.
_PAGES = frozenset({"static", "images", "libs", "css", "http-bind", "xmpp-websocket"})


def parse(
    native_id: str, passcode: str | None = None, options: AddressOptions | None = None
) -> MeetingAddress:
    """Check a room and a passcode.

    Raises:
        InvalidInput: `field` says which is malformed, or that the host is not known here.
    """
    rooms, _, host = native_id.strip().partition("@")
    host = host.lower() or HOST
    if not is_ours(host, options or AddressOptions()):
        raise InvalidInput(unknown_host(host), field="native_meeting_id")
    return _address(host, rooms.split("~"), passcode, field="native_meeting_id")


def from_link(link: Link, options: AddressOptions) -> MeetingAddress | None:
    """Read a link; None when its host is no known deployment.

    Raises:
        InvalidInput: the host is known, but the link names no room.
    """
    if not is_ours(link.host, options):
        return None
    parts = [decoded(part) for part in link.path.split("/") if part]
    if not parts or parts[0] in _PAGES:
        raise InvalidInput("This Jitsi link names no room.", field="meeting_url")
    jwt = _JWT.fullmatch(link.value("jwt") or "")
    return _address(
        link.host, parts, options.passcode, field="meeting_url", jwt=jwt[0] if jwt else None
    )


def is_ours(host: str, options: AddressOptions) -> bool:
    """Tell whether a host is a deployment that bots may open."""
    is_8x8 = re.fullmatch(r"([a-z0-9-]+\.)+8x8\.vc", host) is not None
    return host in HOSTS or host in options.jitsi_hosts or is_8x8


def unknown_host(host: str) -> str:
    """Say what an operator has to do about a deployment."""
    shown = host if re.fullmatch(r"[a-z0-9.-]{1,253}", host) else "this host"
    return f"{shown} is not a known Jitsi deployment: an operator names it in JITSI_HOSTS"


def _address(
    host: str, parts: list[str], passcode: str | None, *, field: str, jwt: str | None = None
) -> MeetingAddress:
    rooms = [unicodedata.normalize("NFKC", part).lower() for part in parts]
    native_id = "~".join(rooms) + ("" if host == HOST else f"@{host}")
    if len(native_id) > _MOST_CHARS or not all(map(_is_room, rooms)):
        raise InvalidInput(BAD_ROOM, field=field)
    if passcode and not (len(passcode) <= 128 and passcode.isprintable()):
        raise InvalidInput(BAD_PASSCODE, field="passcode")
    url = f"https://{host}/{'/'.join(quote(room) for room in rooms)}"
    return MeetingAddress(
        platform=PlatformName.JITSI,
        native_id=native_id,
        url=url,
        join_url=f"{url}?{urlencode({'jwt': jwt})}" if jwt else url,
        passcode=passcode or None,
    )


def _is_room(name: str) -> bool:
    # letters, their marks and numbers of any script
    is_plain = all(char in _MARKS or unicodedata.category(char)[0] in "LMN" for char in name)
    return (
        is_plain and name.strip(".") != "" and name == unicodedata.normalize("NFKC", name).lower()
    )
