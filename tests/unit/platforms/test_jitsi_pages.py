"""What each of Jitsi's screens means. Views are built by hand, from the reference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    Element,
    PageView,
    Person,
    Probe,
    RosterChange,
    Stage,
    TrackNames,
    plain,
)
from vexa.platforms.jitsi import selectors
from vexa.platforms.jitsi.admission import judge_admission
from vexa.platforms.jitsi.join import join_url
from vexa.platforms.jitsi.people import decode_news, owner_of
from vexa.platforms.jitsi.platform import Jitsi
from vexa.platforms.jitsi.removal import judge_stay

URL = "https://meet.jit.si/standup"
FOUND = (Element(),)
JOINED = {"app": True, "joined": True}
OUTSIDE = {"app": True, "joined": False}


def view(text: str = "", state: Mapping[str, Any] | None = None, **found: Any) -> PageView:
    console = found.pop("console", ())
    return PageView(URL, plain(text), found, console, OUTSIDE if state is None else state)


def test_only_the_applications_own_word_is_proof_of_admission() -> None:
    assert judge_admission(view(state=JOINED)).stage is Stage.IN_MEETING
    assert judge_admission(view(leave_button=FOUND)).stage is Stage.UNKNOWN
    assert judge_admission(view(state={}, leave_button=FOUND)).stage is Stage.IN_MEETING
    assert judge_admission(view(state={})).stage is Stage.UNKNOWN


@pytest.mark.parametrize(
    "lobby",
    [
        view("Asking to join meeting..."),
        view("You’ll join the meeting as soon as someone accepts your request"),
        view(lobby=FOUND),
        view(state={**OUTSIDE, "knocking": True}),
        view(state={**OUTSIDE, "in_lobby": True}),
        view(state={**OUTSIDE, "members_only": True}, leave_button=FOUND),
        view(state={**JOINED, "in_lobby": True}),
        view(state=JOINED, lobby=FOUND),
        view(state={}, lobby=FOUND, leave_button=FOUND),
    ],
)
def test_the_lobby_is_ruled_out_first(lobby: PageView) -> None:
    assert judge_admission(lobby).stage is Stage.LOBBY
    assert judge_admission(lobby).waited_out is Outcome.KNOCK_TIMED_OUT


@pytest.mark.parametrize(
    "waiting",
    [
        view("Waiting for the host ..."),
        view("The conference standup has not yet started."),
        view("Waiting for a moderator"),
        view("Warten auf den Organisator..."),
        view(console=("Error: CONFERENCE FAILED: conference.connectionError.membersOnly",)),
        view(
            state={**OUTSIDE, "members_only": True},
            console=("conference.connectionError.membersOnly",),
        ),
    ],
)
def test_a_meeting_that_nobody_began_is_waited_for_and_is_nobodys_refusal(
    waiting: PageView,
) -> None:
    judgement = judge_admission(waiting)
    assert (judgement.stage, judgement.waited_out) == (Stage.LOBBY, Outcome.NOT_STARTED)


def test_a_lobby_is_a_lobby_though_the_console_says_members_only() -> None:
    seen = view(lobby=FOUND, console=("conference.connectionError.membersOnly",))
    assert judge_admission(seen).waited_out is Outcome.KNOCK_TIMED_OUT


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Your join request was rejected by a moderator.", Outcome.DENIED),
        ("Your join request was declined", Outcome.DENIED),
        ("Ouch! Ada kicked you out of the meeting", Outcome.DENIED),
        ("Sorry, you're not allowed to join this call.", Outcome.SIGN_IN_REQUIRED),
    ],
)
def test_refusals_count_outside_and_never_inside(text: str, outcome: Outcome) -> None:
    assert judge_admission(view(text)).outcome is outcome
    assert judge_admission(view(text, JOINED)).stage is Stage.IN_MEETING


@pytest.mark.parametrize(
    "text", ["The moderator declined you", "Die Anfrage wurde abgelehnt", "DECLINED"]
)
def test_any_word_of_declining_is_a_denial_once_the_lobby_is_gone(text: str) -> None:
    assert judge_admission(view(text)).outcome is Outcome.DENIED
    assert judge_admission(view(text, JOINED)).stage is Stage.IN_MEETING


@pytest.mark.parametrize(
    "elsewhere",
    [
        # a moderator may write into the lobby's chat
        view("Sorry, Ann declined", lobby=FOUND),
        view("Sorry, Ann declined", {**OUTSIDE, "knocking": True}),
        # devices
        view("You declined the camera", prejoin=FOUND, join_button=FOUND),
        view("You declined the camera", password=FOUND),
        # a meeting, on a page without the application
        view("Sorry, Ann declined", {}, leave_button=FOUND),
    ],
)
def test_a_word_of_declining_elsewhere_is_no_denial(elsewhere: PageView) -> None:
    assert judge_admission(elsewhere).outcome is None


@pytest.mark.parametrize("probe", ["password", "lobby_password", "knock_button", "guest_button"])
def test_what_asks_the_bot_something_is_answered(probe: str) -> None:
    found: dict[str, Any] = {"lobby": FOUND, probe: FOUND}
    asked = view(**found)
    assert judge_admission(asked).stage is Stage.CONSENT


@pytest.mark.parametrize("probe", ["prejoin", "join_button"])
def test_before_the_press_of_join(probe: str) -> None:
    found: dict[str, Any] = {probe: FOUND}
    assert judge_admission(view(**found)).stage is Stage.PREJOIN


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Ouch! Ada kicked you out of the meeting", Outcome.REMOVED),
        ("You were kicked out of the meeting", Outcome.REMOVED),
        ("Thank you for using Jitsi Meet!", Outcome.MEETING_ENDED),
        ("Danke für die Verwendung von Jitsi Meet!", Outcome.MEETING_ENDED),
    ],
)
def test_ends_by_text_count_outside_and_never_inside(text: str, outcome: Outcome) -> None:
    assert judge_stay(view(text)).outcome is outcome
    assert judge_stay(view(text, {})).outcome is outcome
    assert judge_stay(view(text, JOINED)).stage is Stage.IN_MEETING


@pytest.mark.parametrize("replaced", [False, True])
def test_the_applications_word_of_a_kick_counts_in_any_language(replaced: bool) -> None:
    jitsi, shown = Jitsi(), "Du ble kastet ut av møtet"
    assert jitsi.judge_stay(view(shown)).outcome is Outcome.MEETING_ENDED
    kick = json.dumps({"kicked": True, "replaced": replaced})
    assert jitsi.decode_news(kick) == RosterChange()
    told = jitsi.judge_stay(view(shown))
    assert (told.outcome, told.stands_s) == (Outcome.REMOVED, 0.0)
    assert ("ticket" in told.reason) is replaced
    assert jitsi.judge_stay(view(shown, {})).outcome is Outcome.REMOVED
    # what a participant can make the page say does not put out a bot that is in
    assert jitsi.judge_stay(view(state=JOINED)).stage is Stage.IN_MEETING
    assert jitsi.judge_admission(view()).outcome is Outcome.DENIED
    assert jitsi.judge_admission(view(state=JOINED)).stage is Stage.IN_MEETING


@pytest.mark.parametrize("kick", [{"kicked": True}, {"kicked": 1, "replaced": False}])
def test_a_kick_of_another_form_is_an_error_of_value(kick: dict[str, Any]) -> None:
    jitsi = Jitsi()
    with pytest.raises(ValueError, match=r"."):
        jitsi.decode_news(json.dumps(kick))
    assert jitsi.judge_stay(view()).outcome is Outcome.MEETING_ENDED


def test_not_joined_is_an_end_that_must_stand_longer_than_a_reconnect() -> None:
    gone = judge_stay(view())
    assert gone.outcome is Outcome.MEETING_ENDED
    assert gone.stands_s > 6


@pytest.mark.parametrize("state", [OUTSIDE, {}])
def test_a_disconnect_is_no_end(state: dict[str, Any]) -> None:
    seen = view("You have been disconnected.", state)
    assert (judge_stay(seen).stage, judge_stay(seen).outcome) == (Stage.UNKNOWN, None)


def test_a_page_that_tells_nothing_ends_nothing() -> None:
    assert judge_stay(view(state={})).stage is Stage.UNKNOWN


def news(**changes: Any) -> str:
    told = {
        "own": "00c0ffee",
        "people": [["0badcafe", "Ada Lovelace", False], ["deadbeef", "", False]],
        "tracks": [["0badcafe-audio-0-1", "0badcafe"], ["", "deadbeef"]],
    }
    return json.dumps({**told, **changes})


def test_news_name_people_and_their_streams() -> None:
    change = decode_news(news())
    assert change.complete
    assert change.people == (
        Person("0badcafe", "Ada Lovelace"),
        Person("deadbeef", ""),
        Person("00c0ffee", "", is_self=True),
    )
    assert change.streams == {
        "0badcafe-audio-0-1": "0badcafe",
        "0badcafe": "0badcafe",
        "deadbeef": "deadbeef",
        "00c0ffee": "00c0ffee",
    }


@pytest.mark.parametrize("caller", ["+49 30 1234567", "jane.doe", "sip:jane", "ä"])
def test_whoever_dials_in_is_a_person_and_costs_nobody_a_name(caller: str) -> None:
    people = [["0badcafe", "Ada Lovelace", False], [caller, "Jane Doe", False]]
    stream = "0b1c2d3e-audio"
    change = decode_news(news(people=people, tracks=[[stream, caller]]))
    assert change.people[:2] == (Person("0badcafe", "Ada Lovelace"), Person(caller, "Jane Doe"))
    assert owner_of(TrackNames(stream, "x")) is None
    assert change.streams[stream] == caller


def test_hidden_helpers_are_nobody_and_made_up_names_are_none() -> None:
    people = [["aaaaaaaa", "Recorder", True], ["bbbbbbbb", "Fellow Jitster", False]]
    change = decode_news(news(own="", people=people, tracks=[]))
    assert change.people == (Person("bbbbbbbb", ""),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "3",
        news(own=None),
        news(own=["x"]),
        news(people=[["0badcafe"]]),
        news(people=[[{}, "Ada", False]]),
        news(people=[["0badcafe", {"a": 1}, False]]),
        news(people=[["", "Ada", False]]),
        news(people=[["two\nlines", "Ada", False]]),
        news(people=[["0" * 300, "Ada", False]]),
        news(people=3),
        news(tracks=[["a"]]),
        news(tracks=[[1, "0badcafe"]]),
    ],
)
def test_news_of_another_form_are_an_error_of_value(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_news(text)


@pytest.mark.parametrize(
    ("stream", "owner"),
    [
        ("0badcafe-audio-0-1", "0badcafe"),
        ("0badcafe-video-0-1", None),
        ("mixedmslabel", None),
        ("", None),
        ("0badcafe-audio-0-1-and-more", None),
    ],
)
def test_a_streams_name_tells_its_owner(stream: str, owner: str | None) -> None:
    assert owner_of(TrackNames(stream, "x")) == owner


def test_the_address_asks_for_no_sound_out_of_the_bot_and_all_sound_into_it() -> None:
    url = join_url(f"{URL}?jwt=a.b.c", 'Ann "the bot"')
    assert url.startswith(f"{URL}?jwt=a.b.c#config.startWithAudioMuted=true&")
    assert "userInfo.displayName=%22Ann%20%5C%22the%20bot%5C%22%22" in url
    assert "config.p2p.enabled=false" in url
    assert "startSilent" not in url


def test_probes_are_data() -> None:
    assert all(isinstance(probe, Probe) and probe.selector for probe in selectors.PROBES.values())


def test_a_meeting_can_end_while_the_bot_knocks() -> None:
    ended = "The meeting has been terminated"
    assert judge_admission(view(ended)).outcome is Outcome.MEETING_ENDED
    assert judge_admission(view(ended, {"joined": True})).stage is Stage.IN_MEETING
