"""A name or nothing; never an internal id."""

from __future__ import annotations

import pytest

from vexa.bot.roster import Roster, usable_name
from vexa.platforms.base import Person, RosterChange


def roster(*people: Person, **streams: str) -> Roster:
    roster = Roster()
    roster.apply(RosterChange(people, {key.removeprefix("s"): d for key, d in streams.items()}))
    return roster


def test_stream_to_device_to_name_in_any_order_of_news() -> None:
    known = Roster()
    assert known.name_of("1") is None
    known.apply(RosterChange(streams={"1": "d1"}))
    assert known.name_of("1") is None
    known.apply(RosterChange((Person("d1", "Ada"),)))
    assert known.name_of("1") == "Ada"


def test_two_people_of_one_name_are_two() -> None:
    known = roster(Person("d1", "Ada"), Person("d2", "Ada"), s1="d1", s2="d2")
    assert known.name_of("1") == known.name_of("2") == "Ada"
    assert known.others_present() == 2


def test_a_presentation_speaks_for_its_parent_and_is_nobody() -> None:
    slides = Person("d2", "Ada (presentation)", parent_device_id="d1")
    known = roster(Person("d1", "Ada"), slides, s2="d2")
    assert known.name_of("2") == "Ada"
    assert known.others_present() == 1


def test_the_bot_and_those_who_left_are_not_others() -> None:
    known = roster(Person("d1", "Ada"), Person("me", "Bot", is_self=True), sme="me")
    assert known.is_own("me")
    assert known.others_present() == 1
    known.apply(RosterChange((Person("d1", "", present=False), Person("me", "Bot"))))
    assert known.others_present() == 0
    assert known.is_own("me")
    known.apply(RosterChange((Person("d1", ""),)))
    assert known.others_present() == 1


def test_the_page_may_tell_who_is_the_bot() -> None:
    known = roster(Person("d1", "Ada"), Person("d9", "Bot"))
    known.mark_self(["d9"])
    assert known.others_present() == 1


def test_what_the_page_tells_is_not_the_roster() -> None:
    unknown = Roster()
    unknown.mark_self(["d9"])
    assert not unknown.known
    assert roster(Person("d1", "Ada")).known


@pytest.mark.parametrize(
    "name", ["", "  ", "spaces/x/devices/1", "devices/7", "Google Participant (spaces/x)", "\u200b"]
)
def test_what_is_no_name(name: str) -> None:
    assert usable_name(name) is None
    assert roster(Person("d1", name), s1="d1").name_of("1") is None


@pytest.mark.parametrize(("name", "shown"), [(" Ada\n Lovelace ", "Ada Lovelace"), ("Ö", "Ö")])
def test_names_are_one_line(name: str, shown: str) -> None:
    assert usable_name(name) == shown


def test_a_flood_is_bounded() -> None:
    known = Roster()
    for number in range(5_000):
        known.apply(RosterChange((Person(f"d{number}", "Ada"),), {str(number): f"d{number}"}))
    assert known.others_present() == 2_000


def test_a_complete_list_lets_go_of_whoever_is_not_on_it() -> None:
    roster = Roster()
    roster.apply(RosterChange((Person("a", "Ada"), Person("b", "Bob")), complete=True))
    assert roster.others_present() == 2
    roster.apply(RosterChange((Person("b", "Bob"),), {"s": "a"}, complete=True))
    assert roster.others_present() == 1
    assert roster.name_of("s") == "Ada"
    roster.apply(RosterChange((Person("c", "Chris"),)))
    assert roster.others_present() == 2
