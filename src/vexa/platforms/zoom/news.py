"""Reads what `page_code.NEWS` tells. Pure; the page may say anything in its place."""

from __future__ import annotations

import json

from vexa.platforms.base import RosterChange
from vexa.platforms.stalls import read_seen
from vexa.platforms.zoom.company import Company
from vexa.platforms.zoom.signalling import People, Speakers, decode_message


def decode_news(text: str, company: Company) -> RosterChange:
    """Read one message.

    Raises:
        ValueError: not of a known form.
    """
    match json.loads(text):
        case {"rwg": str(message), "at": at_ms, "since": since_ms}:
            told = decode_message(message)
            if isinstance(told, People):
                return company.take_people(told)
            if isinstance(told, Speakers):
                return company.take_speakers(told, read_seen(at_ms, since_ms))
            return RosterChange()
        case {"tile": str(name), "at": at_ms, "since": since_ms}:
            return company.take_tile(name, read_seen(at_ms, since_ms))
    raise ValueError("news of an unknown form")
