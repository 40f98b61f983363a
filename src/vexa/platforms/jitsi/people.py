"""Who is in, and whose each track is, from what `page_code.NEWS` tells. Pure.

The page's word is data that may be anything: whatever is not in the form of a name, an id or a list
is an error, and sizes are bounded.
"""

from __future__ import annotations

import json
import re

from vexa.platforms.base import Person, RosterChange, TrackNames, plain
from vexa.platforms.jitsi import selectors

#: The name of the media stream of a browser's microphone; its participant's id, eight hexadecimal
#: digits (lib-jitsi-meet), stands first. Whoever dials in (Jigasi) is a participant too, but its
#: id may be a telephone number or the name of a SIP user, and its stream is named otherwise.
_STREAM = re.compile(r"([0-9a-f]{8})-audio-\d{1,4}-\d{1,6}")
_LONGEST = 256


def owner_of(names: TrackNames) -> str | None:
    """Return the participant that a media stream's name tells."""
    match = _STREAM.fullmatch(names.stream)
    return match[1] if match else None


def decode_news(text: str) -> RosterChange:
    """Read one message: everybody who is in, helpers that are hidden left out.

    Raises:
        ValueError: it is not in the form of `page_code.NEWS`.
    """
    try:
        news = json.loads(text)
        own = _text(news["own"])
        shown = [_person(*entry) for entry in news["people"]]
        tracks = [(_text(stream), _id(device)) for stream, device in news["tracks"]]
    except (KeyError, TypeError) as exc:
        raise ValueError("news of another form") from exc
    people = [person for person in shown if person is not None]
    if own:
        people.append(Person(_id(own), "", is_self=True))
    streams = {person.device_id: person.device_id for person in people}
    streams |= {stream: device for stream, device in tracks if stream}
    return RosterChange(tuple(people), streams, complete=True)


def _person(device_id: object, name: object, is_hidden: object) -> Person | None:
    if is_hidden:
        return None
    shown = _text(name)
    made_up = plain(shown) in {plain(one) for one in selectors.NOT_NAMES}
    return Person(_id(device_id), "" if made_up else shown)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value[:_LONGEST]


def _id(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise ValueError("not an id")
    return value
