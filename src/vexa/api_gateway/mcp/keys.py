"""Pure: which API key a request to `/mcp` carries."""

from __future__ import annotations

from collections.abc import Mapping

_BEARER = "bearer "


def read_key(headers: Mapping[str, str]) -> str | None:
    """Return the key of `Authorization: Bearer k`, of `Authorization: k` or of `X-API-Key: k`."""
    authorization = headers.get("authorization", "").strip()
    if authorization.lower().startswith(_BEARER):
        authorization = authorization[len(_BEARER) :].strip()
    return authorization or headers.get("x-api-key", "").strip() or None
