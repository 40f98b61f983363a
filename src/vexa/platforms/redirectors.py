"""Links that lead to a link: mail filters, chats, calendars, sign-in pages. Pure.

Nothing is fetched: a target that is not in the link itself stays unknown. Forms as seen in mail and
chat, 2026-09.
"""

from __future__ import annotations

import base64
import binascii
import re
import string
from urllib.parse import unquote

from vexa.platforms.link import Link, decoded

#: Host, or domain when it begins with a dot → parameters that hold the target.
_PARAMETERS: dict[str, tuple[str, ...]] = {
    ".safelinks.protection.outlook.com": ("url",),
    ".safelinks.protection.office365.us": ("url",),
    "statics.teams.cdn.office.net": ("url",),
    "accounts.google.com": ("continue", "followup"),
    "www.google.com": ("q", "url"),
    "google.com": ("q", "url"),
    "l.facebook.com": ("u",),
    "l.instagram.com": ("u",),
    "l.messenger.com": ("u",),
    "lm.facebook.com": ("u",),
    "slack-redir.net": ("url",),
    "www.linkedin.com": ("url",),
    "www.youtube.com": ("q",),
    "linkprotect.cudasvc.com": ("a",),
    "clicktime.symantec.com": ("u",),
    "deref-gmx.net": ("redirecturl",),
    "deref-web.de": ("redirecturl",),
}
#: Services that keep the target to themselves.
_OPAQUE = (
    *("bit.ly", "t.co", "tinyurl.com", "lnkd.in", "goo.gl", "ow.ly", "calendar.app.google"),
    *(".mimecast.com", ".mimecastprotect.com", ".sendgrid.net", ".list-manage.com"),
)
_V3_CHARS = re.compile(r"([A-Za-z0-9_=-]*)!")
_RUN = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def target(link: Link) -> str | None:
    """Return where a link says it leads; None when it is no known redirector."""
    for host, names in _PARAMETERS.items():
        if _fits(link.host, host):
            return link.value(*names)
    if link.host == "meet.google.com" and link.path == "/linkredirect":
        return link.value("dest")
    if link.host == "urldefense.proofpoint.com":
        return _proofpoint(link)
    if link.host in {"urldefense.com", "urldefense.us"}:
        return _proofpoint_3(link)
    if _fits(link.host, ".protection.sophos.com"):
        return _base64(link.value("u") or "")
    if link.host == "secure-web.cisco.com":
        return decoded(link.path.rpartition("/")[2]) or None
    return None


def is_opaque(link: Link) -> bool:
    """Tell whether a link's target is known to its service alone."""
    return any(_fits(link.host, host) for host in _OPAQUE)


def _fits(host: str, pattern: str) -> bool:
    return host.endswith(pattern) if pattern.startswith(".") else host == pattern


def _proofpoint(link: Link) -> str | None:
    value = link.value("u")
    if value is None or not link.path.startswith("/v2/"):
        return value
    return unquote(value.replace("-", "%").replace("_", "/"))


def _proofpoint_3(link: Link) -> str | None:
    url, _, tail = link.text.partition("/v3/__")[2].partition("__;")
    found = _V3_CHARS.match(tail)
    if found is None:
        return None
    chars = iter(_base64(found[1]) or "")

    def restore(mark: re.Match[str]) -> str:
        length = _RUN.index(mark[1]) + 2 if mark[1] else 1
        return "".join(next(chars, "") for _ in range(length))

    return re.sub(r"\*(?:\*([A-Za-z0-9_-]))?", restore, url)


def _base64(text: str) -> str | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        return None
    return raw.decode("utf-8", errors="replace")
