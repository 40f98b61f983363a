"""Reads the client's signalling: who is in, and who speaks. Pure.

Known at second hand (public pull requests, read 2026-09): an object with `evt` and `body`. Event
7937 is the roster: `add`, `update` and `remove` hold people, as a list of objects with an `id`, or
as an object keyed by the id; `dn2` is the name, UTF-8 in base64 without padding. Event 12033 is who
speaks now: `asn1`, `asn2` and so on are ids, nobody when there are none. Numbers of events shift
with versions, so a message is known by the names of its fields first.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ROSTER_EVENT, SPEAKERS_EVENT = 7937, 12033
_ASN = re.compile(r"asn[0-9]{1,2}")
_ID = re.compile(r"[0-9]{1,12}")
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class People:
    """News of the roster: id → name (empty when the message has none), and ids of who left."""

    here: dict[str, str]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Speakers:
    """Ids of everybody who speaks now."""

    ids: frozenset[str]


def decode_message(text: str) -> People | Speakers | None:
    """Read one message; None when it is about something else.

    Raises:
        ValueError: it is no JSON object.
    """
    try:
        found = json.loads(text)
    except RecursionError as exc:
        raise ValueError("a message nests too deeply") from exc
    if not isinstance(found, dict):
        raise ValueError("a message is no object")
    body = found.get("body")
    body = body if isinstance(body, dict) else {}
    spoken = {key: value for key, value in body.items() if _ASN.fullmatch(key)}
    if spoken or found.get("evt") == SPEAKERS_EVENT:
        return Speakers(frozenset(i for i in map(_id, spoken.values()) if i))
    groups = ("add", "update", "remove")
    if found.get("evt") == ROSTER_EVENT or ('"dn2"' in text and any(g in body for g in groups)):
        here = [*_entries(body.get("add")), *_entries(body.get("update"))]
        gone = frozenset(person for person, _ in _entries(body.get("remove")))
        return People({person: _name(entry) for person, entry in here}, gone)
    return None


def _entries(value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pairs of an id and what is said of it, from a list or from an object keyed by the id."""
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(one.get("id") if isinstance(one, dict) else one, one) for one in value]
    else:
        return
    for key, entry in pairs[:_MOST]:
        fields = entry if isinstance(entry, dict) else {}
        person = _id(fields.get("id")) or _id(key)
        if person:
            yield person, fields


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value)
    return text if _ID.fullmatch(text) and int(text) > 0 else ""


def _name(entry: dict[str, Any]) -> str:
    coded = entry.get("dn2")
    if not isinstance(coded, str) or len(coded) > _MOST:
        return ""
    try:
        padded = coded + "=" * (-len(coded) % 4)
        return base64.b64decode(padded.translate({45: "+", 95: "/"}), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
