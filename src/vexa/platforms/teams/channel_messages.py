"""Reads Teams' data channel `main-channel`: who dominates, and whose words captions are.

A frame is a few binary bytes, then JSON; the length of the prefix is not known and it may hold
bytes that look like brackets, so JSON begins at the first bracket from where the rest parses to a
known form. Two forms are known (read 2026-09): `[{"type": "dsh", "history": [source, ...]}]`,
newest first, sent on change; and
`{"recognitionResults": [{userId, timestampAudioSent, duration, ...}]}`. Pure. The words of
captions are not kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

CHANNEL = "main-channel"
#: Brackets that are tried as the beginning of JSON, and bytes in which they are looked for.
_MOST_TRIES = 64
_LONGEST_PREFIX = 256
_MOST_RESULTS = 100
#: Ticks of 100 ns in a millisecond; milliseconds from 1900 to 1970.
_TICKS_PER_MS = 10_000
_EPOCH_SINCE_1900_MS = 2_208_988_800_000


@dataclass(frozen=True, slots=True)
class Dominance:
    """Who speaks loudest now: the newest of the dominant sources."""

    source: str


@dataclass(frozen=True, slots=True)
class Captioned:
    """Somebody's words were recognised in a stretch of sound; epoch times, ms."""

    user_id: str
    begin_ms: float
    end_ms: float


def decode_message(message: bytes) -> list[Dominance | Captioned]:
    """Read one message; an empty list when it says nothing of these.

    Raises:
        ValueError: there is no JSON in it.
    """
    starts = [i for i, byte in enumerate(message[:_LONGEST_PREFIX]) if byte in b"[{"]
    is_json = False
    for start in starts[:_MOST_TRIES]:
        try:
            found = json.loads(message[start:].rstrip(b"\0"))
        except (ValueError, RecursionError):
            continue
        is_json = True
        told = _read(found)
        if told:
            return told
    if not is_json:
        raise ValueError("channel message holds no JSON")
    return []


def _read(found: object) -> list[Dominance | Captioned]:
    if isinstance(found, dict):
        results = found.get("recognitionResults")
        read = [_captioned(item) for item in _list(results)[:_MOST_RESULTS]]
        return [item for item in read if item is not None]
    for item in _list(found):
        if isinstance(item, dict) and item.get("type") == "dsh":
            newest = next(iter(_list(item.get("history"))), None)
            if isinstance(newest, int) and not isinstance(newest, bool):
                return [Dominance(str(newest))]
    return []


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _captioned(item: object) -> Captioned | None:
    if not isinstance(item, dict):
        return None
    user_id, sent, length = (item.get(key) for key in ("userId", "timestampAudioSent", "duration"))
    if not isinstance(user_id, str) or not isinstance(sent, int) or not isinstance(length, int):
        return None
    begin_ms = sent / _TICKS_PER_MS - _EPOCH_SINCE_1900_MS
    return Captioned(user_id, begin_ms, begin_ms + length / _TICKS_PER_MS)
