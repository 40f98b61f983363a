"""Reads what `page_code.NEWS` tells. Pure; the page may say anything in its place."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from vexa.platforms.base import RosterChange
from vexa.platforms.stalls import read_seen
from vexa.platforms.teams.company import Company, Outline
from vexa.platforms.teams.names import tile_name
from vexa.platforms.teams.signalling import CallEnd, decode_frame

_MOST = 1_000
#: Most name tags of a tile that are read.
_MOST_TAGS = 3
#: What a line that changed took at most, ms; a longer time between two looks is no news of speech.
_LONGEST_LOOK_MS = 60_000.0


@dataclass(frozen=True, slots=True)
class BetterSigns:
    """The page has seen a contributing source or a lit outline."""


def decode_news(text: str, company: Company) -> RosterChange | CallEnd | BetterSigns:
    """Read one message.

    Raises:
        ValueError: not of a known form.
    """
    try:
        found = json.loads(text)
    except RecursionError as exc:
        raise ValueError("news nest too deeply") from exc
    match found:
        case {"frame": str(frame)}:
            told = decode_frame(frame)
            return told if isinstance(told, CallEnd) else company.take_roster(told)
        case {"call": {"own": str(own), "people": list(people), "sources": list(sources)}}:
            return company.take_call(own, _pairs(people), dict(_pairs(sources)))
        case {"tiles": list(tiles)}:
            return company.take_tiles([_tile(tile) for tile in tiles[:_MOST]])
        case {"outlines": list(changes)}:
            return _outlines(changes, company)
        case {"captions": list(changes)}:
            return _captions(changes, company)
        case {"signs": True}:
            return BetterSigns()
    raise ValueError("news of an unknown form")


def _pairs(items: list[Any]) -> list[tuple[str, str]]:
    return [
        (item[0], item[1])
        for item in items[:_MOST]
        if isinstance(item, list) and len(item) == 2 and all(isinstance(x, str) for x in item)
    ]


def _outlines(changes: list[Any], company: Company) -> RosterChange:
    read: list[Outline] = []
    for change in changes[:_MOST]:
        match change:
            case [tile, bool(is_lit), at_ms, since_ms] if name := _tile(tile):
                read.append(Outline(name, is_lit, read_seen(at_ms, since_ms)))
    return company.take_outlines(read)


def _tile(told: Any) -> str:
    """The name on a tile; nothing where it tells none."""
    match told:
        case [list(tags), str(tid), str(label)]:
            return tile_name([tag for tag in tags[:_MOST_TAGS] if isinstance(tag, str)], tid, label)
    return ""


def _captions(changes: list[Any], company: Company) -> RosterChange:
    read: list[tuple[str, float, float]] = []
    for change in changes[:_MOST]:
        match change:
            case [str(author), float(begun) | int(begun), float(at_ms) | int(at_ms)]:
                if math.isfinite(at_ms) and 0 <= at_ms - begun <= _LONGEST_LOOK_MS:
                    read.append((author, float(begun), float(at_ms)))
    return company.take_captions(read)
