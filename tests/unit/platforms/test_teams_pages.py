"""What each of Teams' screens means. Views are built by hand, from the reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, PageView, Stage, plain
from vexa.platforms.teams.admission import judge_admission
from vexa.platforms.teams.removal import judge_stay

URL = "https://teams.microsoft.com/v2/"
LEAVE: dict[str, Any] = {"leave_button": (Element(label="Leave"),)}
TILE: dict[str, Any] = {"tile": (Element(text="Ada Lovelace", mark="Ada Lovelace"),)}
JOIN: dict[str, Any] = {"join_button": (Element(text="Join now"),)}


def view(text: str = "", **found: Any) -> PageView:
    return PageView(found.pop("url", URL), plain(text), found)


@pytest.mark.parametrize(
    "text",
    [
        "Someone will let you in shortly",
        "Hi Notetaker, someone in the meeting should let you in soon",
        "When the meeting starts, we'll let people know you're waiting",
        "When the meeting starts, we’ll let people know you’re waiting",
    ],
)
def test_the_lobby_is_the_lobby_though_it_shows_the_calls_buttons(text: str) -> None:
    assert judge_admission(view(text, **LEAVE, **TILE)).stage is Stage.LOBBY


def test_an_unopened_meeting_is_told_from_one_where_nobody_answers() -> None:
    unopened = judge_admission(
        view("When the meeting starts, we'll let people know you're waiting")
    )
    unanswered = judge_admission(view("Someone will let you in shortly"))
    told = (unopened.waited_out, unanswered.waited_out)
    assert told == (Outcome.NOT_STARTED, Outcome.KNOCK_TIMED_OUT)


@pytest.mark.parametrize("found", [LEAVE, TILE, {**LEAVE, **TILE, **JOIN}])
def test_a_button_or_a_tile_alone_or_beside_the_join_button_proves_nothing(
    found: dict[str, Any],
) -> None:
    assert judge_admission(view(**found)).stage is not Stage.IN_MEETING


def test_the_hang_up_button_with_a_tile_is_proof() -> None:
    assert judge_admission(view(**LEAVE, **TILE)).stage is Stage.IN_MEETING


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (view("Sorry, but you were denied access to the meeting"), Outcome.DENIED),
        (view("We need to verify your info before you can join"), Outcome.SIGN_IN_REQUIRED),
        (view(url="https://login.microsoftonline.com/common"), Outcome.SIGN_IN_REQUIRED),
        (view("Looks like the meeting URL is incorrect"), Outcome.NOT_FOUND),
    ],
)
def test_each_refusal_is_its_own_outcome(seen: PageView, outcome: Outcome) -> None:
    judged = judge_admission(seen)
    assert (judged.stage, judged.outcome) == (Stage.OVER, outcome)


def test_words_in_the_chat_end_no_stay() -> None:
    said = view(
        "Ada: You've been removed from this meeting. The meeting has ended", **LEAVE, **TILE
    )
    assert judge_stay(said).stage is Stage.IN_MEETING


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("You’ve been removed from this meeting", Outcome.REMOVED),
        ("The meeting has ended", Outcome.MEETING_ENDED),
    ],
)
def test_the_end_screens_title_ends_a_stay(title: str, outcome: Outcome) -> None:
    judged = judge_stay(view(title, end_title=(Element(text=title),)))
    assert (judged.stage, judged.outcome) == (Stage.OVER, outcome)


def test_a_page_elsewhere_must_stand_since_it_tells_no_reason() -> None:
    gone = judge_stay(replace(view(), url="https://www.office.com/"))
    assert gone.outcome is Outcome.MEETING_ENDED
    assert gone.stands_s > 0


def test_a_page_between_two_screens_is_no_end() -> None:
    assert judge_stay(view()).stage is Stage.UNKNOWN
