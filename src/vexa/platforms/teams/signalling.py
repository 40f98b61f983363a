"""Reads the text frames of Teams' signalling socket: who is in, and how a call ended.

A frame is `3:::` and JSON with `url` and `body`. A roster body is base64 of zlib of JSON. Forms and
sub-codes as public bots found them (read 2026-09). Pure; everything here comes from the page and
may lie.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Person, RosterChange

PREFIX = "3:::"
ROSTER = "rosterUpdate/"
END = "conversation/conversationEnd/"
#: Largest roster after decompression, bytes.
LARGEST_ROSTER_BYTES = 2_000_000
#: Most participants and streams of one frame that are read.
_MOST = 1_000

#: Sub-code of an ended call → what it means.
SUB_CODES: dict[int, tuple[Outcome, str]] = {
    5854: (Outcome.DENIED, "denied (5854)"),
    5723: (Outcome.SIGN_IN_REQUIRED, "takes no guests (5723)"),
    5000: (Outcome.REMOVED, "removed (5000)"),
    5300: (Outcome.REMOVED, "removed (5300)"),
}


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a call ended, as the signalling says. `reason` names no person."""

    outcome: Outcome
    reason: str


def decode_frame(text: str) -> RosterChange | CallEnd:
    """Read one frame.

    Raises:
        ValueError: not a frame of the known forms.
    """
    if not text.startswith(PREFIX):
        raise ValueError("signalling frame without its prefix")
    frame = _object(text.removeprefix(PREFIX))
    url, body = str(frame.get("url", "")), frame.get("body")
    if url.endswith(END):
        return _end(body if isinstance(body, dict) else _object(str(body)))
    if url.endswith(ROSTER):
        return _roster(body if isinstance(body, dict) else _object(_inflate(str(body))))
    raise ValueError("signalling frame of another kind")


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except RecursionError as exc:
        raise ValueError("signalling frame nests too deeply") from exc
    if not isinstance(found, dict):
        raise ValueError("signalling frame holds no object")
    return found


def _inflate(body: str) -> bytes:
    try:
        packed = base64.b64decode(body, validate=True)
        decompressor = zlib.decompressobj()
        roster = decompressor.decompress(packed, LARGEST_ROSTER_BYTES)
    except (binascii.Error, zlib.error) as exc:
        raise ValueError("roster is not base64 of zlib") from exc
    if not decompressor.eof:
        raise ValueError("roster is cut short or too large")
    return roster


def _end(body: dict[str, Any]) -> CallEnd:
    try:
        outcome, reason = SUB_CODES[int(body.get("subCode", 0))]
    except (KeyError, TypeError, ValueError):
        return CallEnd(Outcome.MEETING_ENDED, "ended")
    return CallEnd(outcome, reason)


def _roster(body: dict[str, Any]) -> RosterChange:
    people: list[Person] = []
    streams: dict[str, str] = {}
    for entry in _dicts(body.get("participants")):
        details = entry.get("details")
        device_id = str(details.get("id") or "") if isinstance(details, dict) else ""
        if not device_id or not isinstance(details, dict):
            continue
        name = str(details.get("displayName") or "")
        people.append(Person(device_id, name, present=entry.get("state") != "inactive"))
        for source in _sources(entry):
            streams[source] = device_id
    return RosterChange(tuple(people), streams)


def _sources(entry: dict[str, Any]) -> Iterator[str]:
    for endpoint in _dicts(entry.get("endpoints")):
        call = endpoint.get("call")
        streams = call.get("mediaStreams") if isinstance(call, dict) else None
        for stream in _dicts(streams):
            source = stream.get("sourceId")
            if isinstance(source, int) and not isinstance(source, bool) and source > 0:
                yield str(source)


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    """Objects that are values of an object, or items of a list; nothing of anything else."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in list(values)[:_MOST]:
        if isinstance(item, dict):
            yield item
