"""A name or nothing; never an internal id."""

from __future__ import annotations

import pytest

from vexa.bot.roster import Roster, usable_name
from vexa.contracts.meeting import MOST_PARTICIPANTS
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


def names(roster: Roster) -> list[str]:
    return list(roster.names("Notes", signed_in=False))


def test_everybody_who_was_present_is_named_in_the_order_in_which_they_came() -> None:
    known = roster(Person("d1", "Zoe"), Person("d2", "Ada"))
    known.apply(RosterChange((Person("d1", "", present=False), Person("d3", "Bob"))))
    assert names(known) == ["Zoe", "Ada", "Bob"]
    known.apply(RosterChange((Person("d4", "Zoe"), Person("d5", "Ada"))))
    assert names(known) == ["Zoe", "Ada", "Bob"]


def test_a_late_name_takes_the_place_of_none_and_of_the_one_before_and_an_id_does_not() -> None:
    known = roster(Person("d1", "spaces/x/devices/1"), Person("d2", "Guest"), Person("d3", ""))
    assert names(known) == ["Guest"]
    known.apply(RosterChange((Person("d2", "Bob"), Person("d1", "Ada"))))
    assert names(known) == ["Ada", "Bob"]
    known.apply(RosterChange((Person("d1", "Google Participant (9)"), Person("d3", " Chris\n"))))
    assert names(known) == ["Ada", "Bob", "Chris"]


def test_the_bot_and_its_ghost_are_no_participants_and_a_note_taker_is_one() -> None:
    known = roster(Person("g1", "NOTES"), Person("me", "Notes"), Person("d1", "Otter.ai"))
    assert names(known) == ["Otter.ai"]
    known.apply(RosterChange((Person("me", "Server of Ada", is_self=True),)))
    known.apply(RosterChange((Person("g2", "server of  Ada"), Person("d2", "Ada"))))
    assert names(known) == ["Otter.ai", "Ada"]


def test_a_bot_with_an_account_names_nobody_before_it_knows_itself() -> None:
    known = roster(Person("d1", "Ada"), Person("d9", "Ops Account"))
    assert known.names("Notes", signed_in=True) == ()
    known.mark_self(["d9"])
    assert known.names("Notes", signed_in=True) == ("Ada",)


def test_who_is_only_told_of_and_what_is_presented_are_no_participants() -> None:
    slides = Person("d2", "Ada (presentation)", parent_device_id="d1")
    invited = Person("d3", "Bob", present=False)
    assert names(roster(Person("d1", "Ada"), slides, invited)) == ["Ada"]


def test_the_list_of_names_is_bounded() -> None:
    people = (Person(f"d{number}", f"{number:04d}" * 100) for number in range(1_500))
    found = names(roster(*people))
    assert len(found) == MOST_PARTICIPANTS
    assert (found[0], len(found[-1])) == ("0000" * 30, 120)
