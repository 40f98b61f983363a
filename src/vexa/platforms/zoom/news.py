"""Reads what `page_code.NEWS` tells. Pure; the page may say anything in its place."""

from __future__ import annotations

import json
import math

from vexa.platforms.base import RosterChange
from vexa.platforms.zoom.company import Company
from vexa.platforms.zoom.signalling import People, Speakers, decode_message


def decode_news(text: str, company: Company) -> RosterChange:
    """Read one message.

    Raises:
        ValueError: not of a known form.
    """
    match json.loads(text):
        case {"rwg": str(message), "at": float(at_ms) | int(at_ms)} if math.isfinite(at_ms):
            told = decode_message(message)
            if isinstance(told, People):
                return company.take_people(told)
            if isinstance(told, Speakers):
                return company.take_speakers(told, float(at_ms))
            return RosterChange()
        case {"tile": str(name), "at": float(at_ms) | int(at_ms)} if math.isfinite(at_ms):
            return company.take_tile(name, float(at_ms))
    raise ValueError("news of an unknown form")
