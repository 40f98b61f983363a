"""What the script on lit tiles tells, and what it may not tell."""

from __future__ import annotations

import json

import pytest

from vexa.platforms.base import Person, RosterChange
from vexa.platforms.google_meet.glow import Glow
from vexa.platforms.google_meet.platform import GoogleMeet
from vexa.platforms.google_meet.roster_messages import CHANNEL
from vexa.platforms.stalls import Seen
from vexa.simulator.google_meet.roster import RosterEntry, encode_event

ADA, BOB = "spaces/x/devices/1", "spaces/x/devices/2"


def news(*tiles: tuple[str, str], at: float = 1_000.0) -> str:
    return told([[device, [text], [], False] for device, text in tiles], at)


def told(lit: list[list[object]], at: float = 1_000.0) -> str:
    return json.dumps({"lit": lit, "at": at})


def signs(change: RosterChange) -> list[tuple[str, bool]]:
    return [(sign.device_id, sign.is_on) for sign in change.speaking]


def test_a_tile_lights_and_goes_dark() -> None:
    glow = Glow()
    assert signs(glow.decode(news((ADA, "Ada")))) == [(ADA, True)]
    assert signs(glow.decode(news((ADA, "Ada")))) == []
    assert signs(glow.decode(news((BOB, "Bob")))) == [(ADA, False), (BOB, True)]
    assert signs(glow.decode(news())) == [(BOB, False)]


def test_a_tiles_name_says_nothing_of_presence() -> None:
    change = Glow().decode(news((ADA, "Ada"), (BOB, "spaces/x/devices/2")))
    assert change.people == (Person(ADA, "Ada", present=False),)
    assert not change.complete


def test_a_roster_that_can_be_read_is_the_authority_on_names() -> None:
    meet = GoogleMeet()
    assert meet.decode_news(news((ADA, "Ada"))).people
    meet.decode_channel(CHANNEL, encode_event(1, [RosterEntry(ADA, "Ada Lovelace", 7)]), Seen(0, 0))
    change = meet.decode_news(news((BOB, "Bob")))
    assert change.people == ()
    assert signs(change) == [(ADA, False), (BOB, True)]


@pytest.mark.parametrize(
    ("texts", "labels", "name"),
    [
        (["more_vert", "Ada Lovelace", "keep"], [], "Ada Lovelace"),
        (["Ada Lovelace", "Ada Lovelace"], ["Ada"], "Ada Lovelace"),
        (["keep", "Turn on captions"], ["Ada Lovelace"], "Ada Lovelace"),
        (["Ada", "Bob"], [], ""),
        ([], ["Ada", "Bob"], ""),
        ([], ["Merged audio"], ""),
        ([], [], ""),
        ([1, None, "Ada"], [], "Ada"),
    ],
)
def test_a_name_is_the_only_one_that_is_told_where_names_stand(
    texts: list[object], labels: list[object], name: str
) -> None:
    people = Glow().decode(told([[ADA, texts, labels, False]])).people
    assert [person.name for person in people] == ([name] if name else [])


def test_a_light_in_a_room_that_shares_its_sound_is_the_rooms_and_nobodys() -> None:
    meet = GoogleMeet()
    meet.decode_channel(CHANNEL, encode_event(1, [RosterEntry(ADA, "Ada Lovelace", 7)]), Seen(0, 0))
    change = meet.decode_news(told([[ADA, ["Ada"], ["Ada"], True]]))
    (room,) = change.people
    assert (room.name, room.present) == ("", False)
    assert signs(change) == [(room.device_id, True)]
    assert room.device_id != ADA


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"lit": 1, "at": 1}',
        '{"lit": [], "at": "now"}',
        '{"lit": [], "at": NaN}',
        '{"lit": [["spaces/x/devices/1"]], "at": 1}',
        '{"lit": [["", [], [], false]], "at": 1}',
        '{"lit": [[1, [], [], false]], "at": 1}',
        '{"lit": [["spaces/x/devices/1", "Ada", [], false]], "at": 1}',
        '{"lit": [["spaces/x/devices/1", [], [], 1]], "at": 1}',
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"form|Expecting|property name"):
        Glow().decode(text)
