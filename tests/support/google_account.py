"""An account of Google's as an operator lends it to bots; the Meet double knows its session."""

from __future__ import annotations


def google_account(session: str) -> dict[str, list[dict[str, object]]]:
    """Return the cookies of an account whose session is this, and was renewed long ago."""
    google = {"domain": ".google.com", "secure": True, "httpOnly": True, "sameSite": "None"}
    renewed = {"name": "__Secure-1PSIDTS", "value": "old", **google}
    return {"cookies": [{"name": "SID", "value": session, **google}, renewed]}
