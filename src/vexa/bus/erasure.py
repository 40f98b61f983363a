"""Takes what Redis holds of a meeting's speech out of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from vexa.bus.connection import Bus, translated
from vexa.contracts.stream_names import (
    MEETING_ERASED,
    TRANSCRIPTION_DEAD_LETTERS,
    TRANSCRIPTION_SEGMENTS,
    last_finals,
    live_tail,
    speech_session,
    transcript_version,
)

#: Entries that one look into a stream reads.
SCAN_ENTRIES = 500


async def erase(bus: Bus, meeting_id: int, session_uids: Iterable[str]) -> None:
    """Delete the live tail, the sessions, and the entries of both streams that are a meeting's.

    Safe to call again.

    Raises:
        BusUnavailable: Redis cannot be reached; some may be left.
    """
    async with translated():
        keys = [live_tail(meeting_id), last_finals(meeting_id), transcript_version(meeting_id)]
        await bus.redis.delete(*keys, *(speech_session(uid) for uid in session_uids))
    for stream in (TRANSCRIPTION_SEGMENTS, TRANSCRIPTION_DEAD_LETTERS):
        await _erase_entries(bus, stream, meeting_id)


async def tell(bus: Bus, meeting_id: int) -> None:
    """Tell the bot managers that a meeting is erased.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    await bus.publish(MEETING_ERASED, str(meeting_id))


async def _erase_entries(bus: Bus, stream: str, meeting_id: int) -> None:
    after = "-"
    while True:
        async with translated():
            rows = cast(
                list[tuple[str, dict[str, str]]],
                await bus.redis.xrange(stream, min=after, count=SCAN_ENTRIES),
            )
            found = [entry_id for entry_id, fields in rows if _is_of(fields, meeting_id)]
            if found:
                await bus.redis.xdel(stream, *found)
        if len(rows) < SCAN_ENTRIES:
            return
        after = f"({rows[-1][0]}"


def _is_of(fields: dict[str, str] | None, meeting_id: int) -> bool:
    try:
        message: Any = json.loads((fields or {}).get("payload", ""))
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and str(message.get("meeting_id")) == str(meeting_id)
