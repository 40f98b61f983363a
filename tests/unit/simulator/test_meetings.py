"""What a meeting allows, and what it tells whom."""

from __future__ import annotations

import random
from typing import Any

import pytest

from vexa.contracts.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from vexa.simulator.google_meet.options import MeetOptions
from vexa.simulator.google_meet.roster import KICKED, NOT_IN_MEETING
from vexa.simulator.google_meet.wire import entry
from vexa.simulator.meetings import Meeting, VisitorState


def make(**options: Any) -> Meeting:
    chosen = MeetOptions(native_id="abc-defg-hij", **options)
    return Meeting(chosen, lambda number: f"devices/{number}", random.Random(1))


def test_open_meeting_lets_in_at_once() -> None:
    meeting = make()
    meeting.open_page("v")
    visitor = meeting.press_join("v", " Bot ", 5.0)
    assert visitor.state is VisitorState.IN_CALL
    assert visitor.participant_id is not None
    assert meeting.participant(visitor.participant_id).name == "Bot"


def test_closed_meeting_lets_knock_and_wait() -> None:
    meeting = make(access="ask", knock_timeout_s=10)
    meeting.open_page("v")
    visitor = meeting.press_join("v", "Bot", 5.0)
    assert visitor.state == "knocking"
    assert meeting.participants == {}
    assert meeting.overdue_knocks(14.9) == []
    assert meeting.overdue_knocks(15.0) == [visitor]
    assert meeting.admit("v", 12.0).state is VisitorState.IN_CALL
    assert meeting.overdue_knocks(99.0) == []


@pytest.mark.parametrize("state", [VisitorState.DENIED, VisitorState.TIMEOUT])
def test_one_may_knock_again(state: VisitorState) -> None:
    meeting = make(access="ask")
    meeting.open_page("v")
    meeting.press_join("v", "Bot", 0.0)
    meeting.put_out("v", state)
    with pytest.raises(IllegalTransition):
        meeting.admit("v", 1.0)
    assert meeting.press_join("v", "Bot", 2.0).state is VisitorState.KNOCKING


def test_a_name_is_needed() -> None:
    meeting = make()
    meeting.open_page("v")
    with pytest.raises(InvalidInput):
        meeting.press_join("v", "  ", 0.0)


def test_removed_and_left_differ_in_the_roster() -> None:
    meeting = make()
    for name in ("a", "b"):
        meeting.open_page(name)
        meeting.press_join(name, name, 0.0)
    meeting.put_out("a", VisitorState.REMOVED)
    meeting.put_out("b", VisitorState.LEFT)
    assert [entry(p).status for p in meeting.participants.values()] == [KICKED, NOT_IN_MEETING]
    with pytest.raises(IllegalTransition):
        meeting.put_out("a", VisitorState.LEFT)


def test_end_reaches_everyone_once() -> None:
    meeting = make(access="ask")
    for name in ("a", "b", "c"):
        meeting.open_page(name)
    meeting.press_join("b", "B", 0.0)
    meeting.press_join("c", "C", 0.0)
    meeting.put_out("c", VisitorState.DENIED)
    assert [visitor.visitor_id for visitor in meeting.end()] == ["a", "b"]
    with pytest.raises(Conflict):
        meeting.end()
    assert meeting.open_page("d").state is VisitorState.NOT_FOUND


@pytest.mark.parametrize("page", ["blocked", "not_found", "sign_in"])
def test_page_faults(page: str) -> None:
    meeting = make(page=page)
    assert meeting.open_page("v").state == page
    with pytest.raises(IllegalTransition):
        meeting.press_join("v", "Bot", 0.0)


def test_late_names_are_late_for_others_only() -> None:
    meeting = make(roster_delay_s=3)
    ann = meeting.add_participant("Ann", 10.0)
    meeting.open_page("v")
    visitor = meeting.press_join("v", "Bot", 10.0)
    bot = meeting.participant(visitor.participant_id or "")
    assert meeting.known_to("v", 12.9) == [bot]
    assert meeting.known_to("v", 13.0) == [ann, bot]


def test_same_names_are_two_devices_and_a_presentation_has_a_parent() -> None:
    meeting = make()
    first, second = (meeting.add_participant("Sam", 0.0) for _ in range(2))
    screen = meeting.add_participant("Sam", 0.0, presents_for=first.participant_id)
    assert len({p.device_id for p in (first, second, screen)}) == 3
    assert len({p.stream_id for p in (first, second, screen)}) == 3
    assert entry(screen).parent_device_id == first.device_id
    with pytest.raises(NotFound):
        meeting.add_participant("Sam", 0.0, presents_for="p99")


def test_only_oneself_is_marked_as_self() -> None:
    meeting = make()
    meeting.open_page("v")
    visitor = meeting.press_join("v", "Bot", 0.0)
    bot = meeting.participant(visitor.participant_id or "")
    assert entry(bot, "v").is_self
    assert not entry(bot, "w").is_self
    assert not entry(meeting.add_participant("Ann", 0.0)).is_self
