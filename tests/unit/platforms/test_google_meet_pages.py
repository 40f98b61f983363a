"""What each of Meet's screens means. Views are built by hand, from the reference."""

from __future__ import annotations

from typing import Any

import pytest

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, PageView, Probe, Stage, plain
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.admission import judge_admission, judge_refusal
from vexa.platforms.google_meet.people import people_shown
from vexa.platforms.google_meet.removal import judge_stay

URL = "https://meet.google.com/abc-defg-hij?hl=en"
TOOLBAR = {
    "leave_button": (Element(label="Leave call"),),
    "microphone_on": (Element(label="Turn off microphone (ctrl + d)"),),
}
PREVIEW = Element(text="visual_effects\nBackgrounds and effects", mark="preview")
TILE = Element(text="Ada Lovelace", mark="spaces/x/devices/1")


def view(text: str = "", **found: Any) -> PageView:
    url, console = found.pop("url", URL), found.pop("console", ())
    return PageView(url, plain(text), found, console)


@pytest.mark.parametrize(
    "text",
    [
        "Asking to be let in...",
        "Asking to be let in…",
        "You'll join the call when someone lets you in",
        "You’ll join the call when someone lets you in",
        "Please wait until a meeting host admits you to the call",
        "Please wait until a meeting host brings you into the call",
        "The organizer admits you to the call",
        "Waiting for the host to join",
        "Bitte warten Sie, bis Sie vom Organisator hereingelassen werden",
    ],
)
def test_the_lobby_is_the_lobby_whatever_else_it_shows(text: str) -> None:
    lobby = view(f"{text} Return to home screen", tile=(PREVIEW, TILE), **TOOLBAR)
    assert judge_admission(lobby).stage is Stage.LOBBY


def test_toolbar_preview_and_home_button_prove_nothing() -> None:
    seen = view("Return to home screen", tile=(PREVIEW,), **TOOLBAR)
    assert judge_admission(seen).stage is Stage.UNKNOWN


@pytest.mark.parametrize(
    "found", [{"tile": (TILE,)}, {"present_button": (Element(label="Present now"),)}]
)
def test_a_tile_or_the_present_button_is_proof(found: dict[str, object]) -> None:
    assert judge_admission(view("Ada Lovelace", **found)).stage is Stage.IN_MEETING


def test_before_the_knock_is_not_in_and_a_text_field_in_the_call_is_not_before_it() -> None:
    field, present = (Element(),), (Element(label="Present now"),)
    assert judge_admission(view(tile=(TILE,), join_button=field)).stage is Stage.PREJOIN
    assert judge_admission(view(tile=(TILE,), name_input=field)).stage is Stage.PREJOIN
    seen = view(tile=(TILE,), name_input=field, present_button=present)
    assert judge_admission(seen).stage is Stage.IN_MEETING


def test_no_proof_on_another_host() -> None:
    seen = view("Ada", url="https://example.com/abc-defg-hij", tile=(TILE,))
    assert judge_admission(seen).stage is Stage.UNKNOWN


def test_a_consent_dialog_holds_admission_back_but_the_pill_does_not() -> None:
    dialog = Element(text="This video call is being recorded")
    assert judge_admission(view(tile=(TILE,), dialog=(dialog,))).stage is Stage.CONSENT
    pill = view("Gemini is taking notes", tile=(TILE,))
    assert judge_admission(pill).stage is Stage.IN_MEETING


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Someone in the call denied your request to join", Outcome.DENIED),
        ("You weren’t allowed to join this call", Outcome.DENIED),
        ("You weren't allowed to join this call", Outcome.DENIED),
        ("No one responded to your request to join the call", Outcome.KNOCK_TIMED_OUT),
        ("You can’t join this video call", Outcome.BLOCKED),
        ("There is a problem connecting to this video call", Outcome.BLOCKED),
        ("Check your meeting code", Outcome.NOT_FOUND),
        ("The meeting code you entered doesn’t work", Outcome.NOT_FOUND),
        ("You left the meeting", Outcome.DENIED),
    ],
)
def test_each_refusal_is_its_own_outcome(text: str, outcome: Outcome) -> None:
    seen = judge_admission(view(f"{text} Return to home screen"))
    assert (seen.stage, seen.outcome) == (Stage.OVER, outcome)


def test_a_denial_wins_over_the_captcha_frame() -> None:
    frame = Element(width_px=300, height_px=80)
    seen = view("Someone in the call denied your request to join", captcha=(frame,))
    assert judge_admission(seen).outcome is Outcome.DENIED


@pytest.mark.parametrize(("size", "reason"), [((300, 80), "captcha"), ((10, 10), "nothing")])
def test_only_a_visible_challenge_is_a_captcha(size: tuple[int, int], reason: str) -> None:
    frame = Element(width_px=size[0], height_px=size[1])
    judged = judge_admission(view(captcha=(frame,)))
    assert (judged.stage, judged.outcome) == (Stage.UNKNOWN, None)
    assert judged.reason.startswith(reason)


@pytest.mark.parametrize("host", ["accounts.google.com", "workspace.google.com"])
def test_another_host_of_google_asks_to_sign_in(host: str) -> None:
    judged = judge_refusal(view(url=f"https://{host}/x"))
    assert judged is not None
    assert judged.outcome is Outcome.SIGN_IN_REQUIRED


def test_a_sign_in_link_is_not_the_sign_in_page() -> None:
    assert judge_refusal(view("Sign in with your Google Account")) is None
    heading = (Element(text="Sign in"),)
    judged = judge_refusal(view("Sign in Use your Google Account", heading=heading))
    assert judged is not None
    assert judged.outcome is Outcome.SIGN_IN_REQUIRED


def test_the_silent_kill_is_read_off_the_console() -> None:
    line = "DisconnectedError: code 3, EndCause = 72"
    assert judge_admission(view(console=(line,))).outcome is Outcome.BLOCKED
    assert judge_admission(view(console=("EndCause = 1",))).outcome is None


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("You’ve been removed from the meeting", Outcome.REMOVED),
        ("You've been removed from the meeting", Outcome.REMOVED),
        ("Your host ended the meeting for everyone", Outcome.MEETING_ENDED),
    ],
)
def test_the_exit_screen_tells_the_end_even_over_tiles(text: str, outcome: Outcome) -> None:
    seen = view(text, tile=(TILE,), end_screen=(Element(text=text),))
    assert judge_stay(seen).outcome is outcome


@pytest.mark.parametrize(
    "text", ["You've been removed from the meeting", "Meeting ended", "Reconnecting"]
)
def test_words_in_a_chat_or_toast_end_nothing(text: str) -> None:
    assert judge_stay(view(f"Ada Lovelace {text}", tile=(TILE,))).stage is Stage.IN_MEETING


def test_without_tiles_the_text_counts() -> None:
    assert judge_stay(view("You’ve been removed from the meeting")).outcome is Outcome.REMOVED


def test_a_page_that_left_the_address_is_over_and_an_empty_one_is_unknown() -> None:
    home = view("New meeting", url="https://meet.google.com/landing")
    assert judge_stay(home).outcome is Outcome.MEETING_ENDED
    assert judge_stay(view("")).stage is Stage.UNKNOWN


def test_people_are_counted_by_id_and_the_bot_is_marked() -> None:
    own = Element(text="Notetaker", mark="spaces/x/devices/9")
    seen = view(tile=(TILE, TILE, own, PREVIEW), self_tile=(own,), tile_name=(TILE, own))
    people = people_shown(seen)
    assert [(p.device_id, p.is_self) for p in people] == [
        ("spaces/x/devices/1", False),
        ("spaces/x/devices/9", True),
    ]
    assert people[0].name == "Ada Lovelace"


def test_a_name_is_read_where_names_stand_and_not_off_the_whole_tile() -> None:
    tile = Element(text="keep\nMore options\nAda Lovelace\nmic_off", mark="d")
    assert people_shown(view(tile=(tile,)))[0].name == ""
    named = view(tile=(tile,), tile_name=(Element("Ada Lovelace", mark="d"),))
    assert people_shown(named)[0].name == "Ada Lovelace"
    other = view(tile=(tile,), tile_name=(Element("Bob", mark="e"),))
    assert people_shown(other)[0].name == ""
    labelled = view(tile=(tile,), row=(Element("keep", "Ada Lovelace", "d"),))
    assert people_shown(labelled)[0].name == "Ada Lovelace"


@pytest.mark.parametrize(
    "text",
    [
        "Google Participant (spaces/x/devices/1)",
        "Ada Lovelace (Presentation)",
        "Ada Lovelace (Präsentation)",
        "more_vert",
        "keep",
        "Ada domain_disabled",
        "mic_off\nAda",
        "Turn on captions",
        "Pin Ada Lovelace to your main screen",
        "More options for Ada Lovelace",
        "You can't unmute someone else's microphone",
        "Merged audio",
        "You",
        "Ada Lovelace (You)",
        "A",
    ],
)
def test_neither_an_id_nor_a_screen_nor_an_icon_nor_a_button_is_a_name(text: str) -> None:
    tile = Element(text=text, label=text, mark="d")
    seen = people_shown(view(tile=(tile,), tile_name=(tile,), row=(tile,)))
    assert [person.name for person in seen] == [""]


@pytest.mark.parametrize(
    "text",
    ["Ada Lovelace", "Keep", "Mark Pinter", "O’Brien", "山田太郎", "Jean-Luc (he/him)", "Turner"],
)
def test_peoples_names_are_names(text: str) -> None:
    seen = view(tile=(Element(mark="d"),), tile_name=(Element(text, mark="d"),))
    assert people_shown(seen)[0].name == text


def test_every_selector_is_css_or_xpath_and_dated() -> None:
    assert selectors.READ_ON
    for probe in selectors.PROBES.values():
        assert isinstance(probe, Probe)
        assert probe.selector.strip() == probe.selector


@pytest.mark.parametrize(
    "text", ["Your host ended the meeting for everyone Return to home screen", "Meeting ended"]
)
def test_a_meeting_can_end_while_the_bot_knocks(text: str) -> None:
    assert judge_admission(view(text)).outcome is Outcome.MEETING_ENDED
    inside = view(text, present_button=(Element(),), **TOOLBAR)
    assert judge_admission(inside).stage is Stage.IN_MEETING
