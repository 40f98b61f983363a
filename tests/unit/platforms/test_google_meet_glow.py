"""What the script on lit tiles tells, and what it may not tell."""

from __future__ import annotations

import json

import pytest

from vexa.platforms.base import Person, RosterChange
from vexa.platforms.google_meet.glow import Glow
from vexa.platforms.google_meet.platform import GoogleMeet
from vexa.simulator.google_meet.roster import RosterEntry, encode_event

ADA, BOB = "spaces/x/devices/1", "spaces/x/devices/2"


def news(*tiles: tuple[str, str], at: float = 1_000.0) -> str:
    return json.dumps({"lit": [list(tile) for tile in tiles], "at": at})


def signs(change: RosterChange) -> list[tuple[str, bool]]:
    return [(sign.device_id, sign.is_on) for sign in change.speaking]


def test_a_tile_lights_and_goes_dark() -> None:
    glow = Glow()
    assert signs(glow.decode(news((ADA, "Ada")))) == [(ADA, True)]
    assert signs(glow.decode(news((ADA, "Ada")))) == []
    assert signs(glow.decode(news((BOB, "Bob")))) == [(ADA, False), (BOB, True)]
    assert signs(glow.decode(news())) == [(BOB, False)]


def test_a_tiles_name_says_nothing_of_presence() -> None:
    change = Glow().decode(news((ADA, "Ada\nmic_off"), (BOB, "spaces/x/devices/2")))
    assert change.people == (Person(ADA, "Ada", present=False),)
    assert not change.complete


def test_a_roster_that_can_be_read_is_the_authority_on_names() -> None:
    meet = GoogleMeet()
    assert meet.decode_news(news((ADA, "Ada"))).people
    meet.decode_channel(encode_event(1, [RosterEntry(ADA, "Ada Lovelace", 7)]))
    change = meet.decode_news(news((BOB, "Bob")))
    assert change.people == ()
    assert signs(change) == [(ADA, False), (BOB, True)]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"lit": 1, "at": 1}',
        '{"lit": [], "at": "now"}',
        '{"lit": [], "at": NaN}',
        '{"lit": [["spaces/x/devices/1"]], "at": 1}',
        '{"lit": [["", "Ada"]], "at": 1}',
        '{"lit": [[1, "Ada"]], "at": 1}',
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"form|Expecting|property name"):
        Glow().decode(text)
