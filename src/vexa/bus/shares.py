"""Links by which anyone can read a transcript until they expire; only digests of their ids."""

from __future__ import annotations

import hashlib
import secrets

from vexa.bus.connection import Bus, translated
from vexa.contracts.stream_names import transcript_share

#: Random bytes of a link's id: nobody guesses it.
SHARE_BYTES = 24


async def create(bus: Bus, meeting_id: int, ttl_s: int) -> str:
    """Return the id of a new link to a meeting's transcript.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    share_id = secrets.token_urlsafe(SHARE_BYTES)
    async with translated():
        await bus.redis.set(_name(share_id), str(meeting_id), ex=ttl_s)
    return share_id


async def meeting_of(bus: Bus, share_id: str) -> int | None:
    """Return the meeting that a link shows, or None when it is unknown or has expired.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    async with translated():
        found = await bus.redis.get(_name(share_id))
    return int(found) if found else None


def _name(share_id: str) -> str:
    digest = hashlib.sha256(share_id.encode("utf-8", "surrogateescape")).hexdigest()
    return transcript_share(digest)
