"""Who takes notes is not company; who only sounds like it is."""

from __future__ import annotations

import pytest

from vexa.bot.note_takers import is_note_taker
from vexa.bot.roster import Roster
from vexa.platforms.base import Person, RosterChange


@pytest.mark.parametrize(
    "name",
    [
        *("Fireflies.ai Notetaker Ada", "Ada's OtterPilot", "Ada's Notetaker (Otter.ai)"),
        *(
            "Otter",
            "Fathom",
            "Ada's Fathom Notetaker",
            "read.ai meeting notes",
            "tl;dv",
            "Gong Bot",
        ),
        *("VexaBot-1a2b3c", "Vexa Bot", "vexa", "Note-taker", "MeetGeek Meeting Assistant"),
    ],
)
def test_note_takers(name: str) -> None:
    assert is_note_taker(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "Ada", "Otto", "Jane Otter", "Gong Li", "Gong Yoo", "Reada I", "Fathoma Bint Ali"),
        *("Vexanna", "Bot Nguyen", "Firefly", "Jamie", "Anna Notetakerson", "Krisp Meyer"),
    ],
)
def test_people(name: str) -> None:
    assert not is_note_taker(name)


def test_note_takers_are_counted_but_are_no_company() -> None:
    roster = Roster()
    people = (Person("d1", "Ada"), Person("d2", "Fathom Notetaker"), Person("d3", ""))
    roster.apply(RosterChange(people))
    assert (roster.others_present(), roster.people_present()) == (3, 2)
