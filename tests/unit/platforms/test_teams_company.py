"""Who is in a Teams meeting, who speaks, which track counts, and how a call ended."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    Element,
    PageView,
    Person,
    RosterChange,
    Speaking,
    Stage,
    TrackNames,
    plain,
)
from vexa.platforms.stalls import Seen
from vexa.platforms.teams.company import Company, Outline
from vexa.platforms.teams.names import clean_name, is_same_name, tile_name
from vexa.platforms.teams.news import decode_news
from vexa.platforms.teams.people import people_shown
from vexa.platforms.teams.platform import Teams
from vexa.platforms.teams.signalling import CallEnd, decode_frame
from vexa.platforms.teams.track_choice import STAND_IN_MS, TrackChoice

MAIN = TrackNames("mainAudio-1", "a")
COPY = TrackNames("b", "c")
LOUD = 5_000
MEETING = PageView(
    "https://teams.microsoft.com/v2/",
    "",
    {"leave_button": (Element(label="Leave"),), "stage": (Element(),)},
)
BLANK = PageView("https://teams.microsoft.com/v2/")


def outline(name: str, at_ms: float, *, is_lit: bool, since_ms: float | None = None) -> Outline:
    return Outline(name, is_lit, Seen(at_ms, at_ms if since_ms is None else since_ms))


def company(bot_name: str = "Notetaker") -> Company:
    made = Company()
    made.bot_name = bot_name
    return made


def frame(path: str, body: Any) -> str:
    return "3:::" + json.dumps({"url": f"/v4/f/x/{path}", "body": body})


def packed(body: Any) -> str:
    return base64.b64encode(zlib.compress(json.dumps(body).encode())).decode()


def ids(change: RosterChange) -> dict[str, str]:
    return {person.device_id: person.name for person in change.people}


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Ada  Lovelace (Unverified)", "Ada Lovelace"),
        ("Ada (Guest) (You)", "Ada"),
        ("Ada (Nicht überprüft)", "Ada"),
        ("Unknown user", ""),
        ("Unbekannter Benutzer", ""),
        ("8:orgid:1b2c", ""),
        ("video-stream-2", ""),
        ("menur1j", ""),
        ("video-tile-3", ""),
        ("Menuhin", "Menuhin"),
        ("Video-3 Ada", "Video-3 Ada"),
    ],
)
def test_a_name_is_what_is_left_without_what_teams_adds(shown: str, name: str) -> None:
    assert clean_name(shown) == name


def test_one_rule_compares_names() -> None:
    assert is_same_name("NOTETAKER (Unverified)", "Notetaker")
    assert not is_same_name("", "")
    tiles = [[["notetaker (Guest)"], "", ""], [[], "Ada", ""]]
    own = decode_news(json.dumps({"tiles": tiles}), company("Notetaker"))
    assert isinstance(own, RosterChange)
    assert [person.name for person in own.people if person.is_self] == ["notetaker"]


@pytest.mark.parametrize(
    ("tags", "tid", "label", "name"),
    [
        (["Ada Lovelace"], "Ada Lovelace", "Ada Lovelace External, muted", "Ada Lovelace"),
        (["Ada (Guest)"], "menur1j", "", "Ada"),
        ([], "Lovelace, Ada", "Lovelace, Ada, muted", "Lovelace, Ada"),
        ([], "menur1j", "Ada Lovelace, video is on, Context menu is available", "Ada Lovelace"),
        ([], "menur1j", "Ada External unfamiliar, video is on", "Ada"),
        # a label whose first part is not surely the whole name
        ([], "menur1j", "Lovelace, Ada, muted", ""),
        ([], "menur1j", "Ada Lovelace", ""),
        ([], "menur1j", "Unknown user, muted", ""),
        (["Ada", "Bob"], "video-tile-3", "", ""),
        (["Unknown user"], "", "", ""),
    ],
)
def test_each_clients_tile_tells_its_name_or_nothing(
    tags: list[str], tid: str, label: str, name: str
) -> None:
    assert tile_name(tags, tid, label) == name
    room = company()
    told = decode_news(json.dumps({"tiles": [[tags, tid, label]]}), room)
    assert isinstance(told, RosterChange)
    assert [person.name for person in told.people] == ([name] if name else [])
    lit = decode_news(json.dumps({"outlines": [[[tags, tid, label], True, 9.0, 9.0]]}), room)
    assert isinstance(lit, RosterChange)
    assert [sign.device_id for sign in lit.speaking] == ([f"tile:{name}"] if name else [])


def test_a_tile_whose_label_changes_while_its_person_speaks_stays_lit() -> None:
    room = company()
    before, after = ([[], "menur1j", f"Ada, video is {state}"] for state in ("on", "off"))
    decode_news(json.dumps({"outlines": [[before, True, 1.0, 1.0]]}), room)
    changed = [[before, False, 2.0, 2.0], [after, True, 2.0, 2.0]]
    told = decode_news(json.dumps({"outlines": changed}), room)
    assert isinstance(told, RosterChange)
    assert [(sign.is_on, sign.may_be_a_pause) for sign in told.speaking] == [
        (False, True),
        (True, False),
    ]


def test_somebody_who_has_the_bots_name_is_not_the_bot_once_its_id_is_known() -> None:
    room = company("Ada")
    told = room.take_call("8:bot", [("8:ada", "Ada")], {"7": "8:ada"})
    assert not any(person.is_self for person in told.people)
    later = room.take_roster(RosterChange((Person("8:bot", "Ada"), Person("8:ada", "Ada"))))
    assert [person.device_id for person in later.people if person.is_self] == ["8:bot"]


def test_a_second_device_speaks_as_its_person() -> None:
    room = company()
    room.take_tiles(["Ada", "Ada 2", "Bob"])
    lit = room.take_outlines([outline("Ada 2", 5.0, is_lit=True)])
    assert lit.speaking == (Speaking("tile:Ada", True, 5.0),)


def test_a_person_known_by_a_tile_keeps_the_device_when_the_call_object_comes() -> None:
    room = company()
    room.take_tiles(["Ada", "Bob"])
    told = room.take_call("8:bot", [("8:ada", "Ada"), ("8:eve", "Eve")], {"7": "8:ada"})
    assert ids(told) == {"tile:Ada": "Ada", "8:eve": "Eve"}
    assert told.streams == {"7": "tile:Ada"}
    lit = room.take_outlines([outline("Ada", 5.0, is_lit=True), outline("Eve", 6.0, is_lit=True)])
    assert [sign.device_id for sign in lit.speaking] == ["tile:Ada", "8:eve"]


def test_of_two_with_one_name_none_takes_the_tiles_device() -> None:
    room = company()
    room.take_tiles(["Ada"])
    told = room.take_call("", [("8:a", "Ada"), ("8:b", "Ada")], {})
    assert ids(told) == {"8:a": "Ada", "8:b": "Ada"}
    # and an outline with that name is of one of them, nobody knows of which
    lit = room.take_outlines([outline("Ada", 5.0, is_lit=True)])
    assert [sign.device_id for sign in lit.speaking] == ["tile:Ada"]


def test_an_outline_goes_dark_for_whom_it_lit() -> None:
    room = company()
    room.take_outlines([outline("Ada", 1.0, is_lit=True)])
    room.take_call("", [("8:ada", "Ada")], {})
    dark = room.take_outlines(
        [outline("Ada", 2.0, is_lit=False), outline("Bob", 2.0, is_lit=False)]
    )
    assert dark.speaking == (Speaking("tile:Ada", False, 2.0, may_be_a_pause=True),)


def test_what_a_stall_kept_back_counts_where_it_is_sure() -> None:
    room = company()
    stalled = 3_000.0
    lit = room.take_outlines([outline("Ada", 5_000.0, is_lit=True, since_ms=stalled)])
    assert [sign.at_ms for sign in lit.speaking] == [5_000.0]
    dark = room.take_outlines([outline("Ada", 9_000.0, is_lit=False, since_ms=7_000.0)])
    assert [sign.at_ms for sign in dark.speaking] == [7_000.0]


def test_the_bots_own_outline_is_no_sign() -> None:
    assert (
        company().take_outlines([outline("notetaker (Unverified)", 1.0, is_lit=True)]).speaking
        == ()
    )


@pytest.mark.parametrize(
    "text",
    ["[]", '{"tiles": 1}', '{"call": {"own": 1, "people": [], "sources": []}}', "{", "[" * 100_000],
)
def test_news_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_news(text, company())


def test_odd_parts_of_news_are_left_out() -> None:
    news = '{"call": {"own": "", "people": [["8:a", "Ada"], [1, 2], "x"], "sources": [["7"]]}}'
    told = decode_news(news, company())
    assert isinstance(told, RosterChange)
    assert (ids(told), dict(told.streams)) == ({"8:a": "Ada"}, {})


def test_a_roster_frame_tells_people_and_their_sources() -> None:
    streams = [{"type": "audio", "sourceId": 17}, {"sourceId": "x"}, {"sourceId": True}]
    ada = {
        "details": {"id": "8:ada", "displayName": "Ada"},
        "endpoints": {"e": {"call": {"mediaStreams": streams}}},
    }
    gone = {"details": {"id": "8:bob", "displayName": "Bob"}, "state": "inactive"}
    body = packed({"participants": {"1": ada, "2": gone, "3": {"details": 4}, "4": 5}})
    told = decode_frame(frame("rosterUpdate/", body))
    assert isinstance(told, RosterChange)
    assert [(one.device_id, one.present) for one in told.people] == [
        ("8:ada", True),
        ("8:bob", False),
    ]
    assert told.streams == {"17": "8:ada"}


@pytest.mark.parametrize(
    ("sub_code", "outcome"),
    [
        (5854, Outcome.DENIED),
        (5723, Outcome.SIGN_IN_REQUIRED),
        (5000, Outcome.REMOVED),
        ("5300", Outcome.REMOVED),
        (0, Outcome.MEETING_ENDED),
        (None, Outcome.MEETING_ENDED),
    ],
)
def test_a_sub_code_says_how_a_call_ended(sub_code: object, outcome: Outcome) -> None:
    told = decode_frame(frame("conversation/conversationEnd/", {"subCode": sub_code}))
    assert isinstance(told, CallEnd)
    assert told.outcome is outcome


@pytest.mark.parametrize(
    "text",
    [
        "1::",
        "3:::[]",
        frame("other/", {}),
        frame("rosterUpdate/", "%%"),
        frame("rosterUpdate/", base64.b64encode(b"no zlib").decode()),
        frame("rosterUpdate/", packed({"participants": "x" * 3_000_000})),
    ],
)
def test_frames_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_frame(text)


class Clock:
    ms = 0.0

    def __call__(self) -> float:
        return self.ms


def test_an_end_that_the_signalling_tells_counts_once_the_meeting_is_off_the_page() -> None:
    clock = Clock()
    teams = Teams(clock)
    end = json.dumps({"frame": frame("conversation/conversationEnd/", {"subCode": 5300})})
    teams.decode_news(end)
    assert teams.judge_stay(MEETING).stage is Stage.IN_MEETING
    assert teams.judge_stay(BLANK).outcome is Outcome.REMOVED
    # the meeting stands on: that end was another call's
    clock.ms = 60_000
    assert teams.judge_stay(MEETING).stage is Stage.IN_MEETING
    assert teams.judge_stay(BLANK).stage is Stage.UNKNOWN


def test_an_end_that_was_told_before_the_lobby_is_forgotten() -> None:
    teams = Teams(Clock())
    teams.decode_news(
        json.dumps({"frame": frame("conversation/conversationEnd/", {"subCode": 5854})})
    )
    assert teams.judge_admission(BLANK).outcome is Outcome.DENIED
    lobby = PageView(BLANK.url, plain("Someone will let you in shortly"))
    assert teams.judge_admission(lobby).stage is Stage.LOBBY
    assert teams.judge_admission(BLANK).stage is Stage.UNKNOWN


def test_a_join_button_that_stays_is_pressed_again_a_few_times() -> None:
    teams = Teams(Clock())
    prejoin = PageView(BLANK.url, "", {"join_button": (Element(text="Join now"),)})
    stages = [teams.judge_admission(prejoin).stage for _ in range(100)]
    assert stages.count(Stage.CONSENT) == 5
    assert stages[0] is Stage.PREJOIN


def test_people_are_the_tiles_and_what_the_badge_counts_more() -> None:
    tiles = (Element(mark="Ada"), Element(mark="Notetaker (Guest)"), Element(mark="video-stream-1"))
    shown = people_shown(
        PageView(found={"tile": tiles, "count_badge": (Element(text="4"),)}), "Notetaker"
    )
    assert [(one.name, one.is_self) for one in shown] == [
        ("Ada", False),
        ("Notetaker", True),
        ("", False),
        ("", False),
    ]
    label = "Eve, muted, Context menu is available"
    personal = {"tile": (Element(mark="menur1j", label=label),), "name_tag": (Element("Bob"),)}
    names = [one.name for one in people_shown(PageView(found=personal), "Notetaker")]
    assert names == ["Eve", "Bob"]
    sharing = people_shown(PageView(found={"share_tile": (Element(),)}), "Notetaker")
    assert len(sharing) == 1


def test_the_copy_of_the_mix_is_not_heard_beside_it() -> None:
    tracks = TrackChoice()
    for at_ms in range(0, 5_000, 100):
        assert tracks.hears(MAIN, at_ms, LOUD)
        assert not tracks.hears(COPY, at_ms, LOUD)


@pytest.mark.parametrize("has_main", [True, False])
def test_a_copy_stands_in_for_a_mix_that_is_silent_or_missing(has_main: bool) -> None:
    tracks = TrackChoice()
    heard_from = None
    for at_ms in range(0, 3_000, 100):
        if has_main:
            tracks.hears(MAIN, at_ms, 0)
        if tracks.hears(COPY, at_ms, LOUD) and heard_from is None:
            heard_from = at_ms
    assert heard_from == STAND_IN_MS
    assert not has_main or not tracks.hears(MAIN, 3_000, 0)


def test_the_mix_takes_over_again_once_it_sounds() -> None:
    tracks = TrackChoice()
    for at_ms in range(0, 1_000, 100):
        tracks.hears(COPY, at_ms, LOUD)
    assert tracks.hears(MAIN, 1_000, LOUD)
    assert not tracks.hears(COPY, 1_000, LOUD)
