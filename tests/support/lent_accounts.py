"""Accounts as an operator lends them to bots; the doubles know their sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

#: The cookies of one account.
Cookies = dict[str, list[dict[str, object]]]


def google_account(session: str) -> Cookies:
    """Return the cookies of an account whose session is this, and was renewed long ago."""
    return _account(".google.com", SID=session, **{"__Secure-1PSIDTS": "old"})


def microsoft_account(session: str) -> Cookies:
    """Return the same of an account for Teams, which the sign-in host alone knows."""
    return _account(".login.microsoftonline.com", ESTSAUTHPERSISTENT=session, ESTSAUTH="old")


def zoom_account(session: str) -> Cookies:
    """Return the same of an account for Zoom, where nothing is renewed."""
    return _account(".zoom.us", _zm_ssid=session)


#: Platform → its account with a session.
LENT: Mapping[str, Callable[[str], Cookies]] = {
    "google_meet": google_account,
    "teams": microsoft_account,
    "zoom": zoom_account,
}


def _account(site: str, **values: str) -> Cookies:
    kept = {"domain": site, "secure": True, "httpOnly": True, "sameSite": "None"}
    return {"cookies": [{"name": name, "value": value, **kept} for name, value in values.items()]}
