"""What an API key may do, and why one is refused."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from vexa.contracts.errors import NotAllowed


class Scope(StrEnum):
    """Parts of the interface that a key can be limited to (wire.md §6)."""

    BOT = "bot"
    TX = "tx"
    BROWSER = "browser"


#: What a key may do that was made without scopes, as every key of generation 0.6 was.
ALL_SCOPES = tuple(Scope)
#: Scopes of which one opens a part of the interface.
FOR_BOTS = (Scope.BOT, Scope.BROWSER)
FOR_TRANSCRIPTS = (Scope.TX,)


class MissingKey(NotAllowed):
    """Missing API token"""

    code = "missing_api_key"


class InvalidKey(NotAllowed):
    """Invalid API token"""

    code = "invalid_api_key"


class InsufficientScope(NotAllowed):
    """Insufficient scope for this endpoint"""

    code = "insufficient_scope"


def granted(scopes: Iterable[str]) -> list[str]:
    """Return what a key with these stored scopes may do; none stored means everything."""
    return list(scopes) or [str(scope) for scope in ALL_SCOPES]


def require(scopes: Iterable[str], needed: Iterable[Scope]) -> None:
    """Let a key pass that has one of the needed scopes.

    Raises:
        InsufficientScope: it has none of them; `required` in the body names them.
    """
    wanted = list(needed)
    if not set(granted(scopes)) & set(wanted):
        raise InsufficientScope(required=[str(scope) for scope in wanted])
