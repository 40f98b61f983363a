"""Whom a meeting's list of participants has: all who were there, and all who spoke."""

from __future__ import annotations

from vexa.contracts.meeting import MOST_PARTICIPANTS
from vexa.storage.people import all_named


def test_who_was_there_comes_first_and_nobody_twice() -> None:
    assert all_named(["Zoe", "Ada"], ["Bob", "Ada", "Bob"]) == ["Zoe", "Ada", "Bob"]
    assert all_named([], []) == []


def test_a_speaker_has_a_place_before_the_last_who_was_there() -> None:
    there = [f"n{number}" for number in range(MOST_PARTICIPANTS)]
    found = all_named(there, ["n5", "Ada"])
    assert found == [*there[:-1], "Ada"]
    many = [f"s{number}" for number in range(MOST_PARTICIPANTS + 5)]
    assert all_named(there, many) == many[:MOST_PARTICIPANTS]
