"""What each of Zoom's screens means. Views are built by hand, from the reference."""

from __future__ import annotations

from typing import Any

import pytest

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, Entry, PageView, Stage, TrackNames, plain
from vexa.platforms.zoom import admission, selectors
from vexa.platforms.zoom.admission import judge_admission
from vexa.platforms.zoom.doorway import Doorway
from vexa.platforms.zoom.join import knock
from vexa.platforms.zoom.people import people_shown
from vexa.platforms.zoom.platform import Zoom
from vexa.platforms.zoom.removal import judge_stay
from vexa.platforms.zoom.tracks import TrackChoice, owner_of

URL = "https://app.zoom.us/wc/82345678901/join"
FOUND = (Element(),)
WALL = (
    "We detected you may be a bot. Automated bots aren’t allowed to join this meeting or webinar "
    "and must use Zoom RTMS. If you’re not a bot, sign in to join"
)


def audio(label: str) -> tuple[Element, ...]:
    return (Element(label=label),)


def view(text: str = "", url: str = URL, title: str = "Zoom", **found: Any) -> PageView:
    return PageView(url, plain(text), found, (), {"title": title})


def titled(text: str, **found: Any) -> PageView:
    return view(text, dialog_title=(Element(text=text),), **found)


IN: dict[str, Any] = {
    "leave_button": FOUND,
    "audio_button": audio("unmute my microphone"),
    "active_tile": FOUND,
}


def test_admission_needs_the_leave_button_and_a_part_of_the_meeting() -> None:
    assert judge_admission(view(**IN)).stage is Stage.IN_MEETING
    assert judge_admission(view(leave_button=FOUND)).stage is Stage.UNKNOWN
    assert judge_admission(view(active_tile=FOUND)).stage is Stage.UNKNOWN
    assert judge_admission(view(**IN, name_input=FOUND)).stage is Stage.CONSENT
    assert judge_admission(view()).stage is Stage.UNKNOWN


@pytest.mark.parametrize("label", ["join audio", "Audio", "Audio beitreten"])
def test_a_meeting_without_its_sound_is_not_reached_yet(label: str) -> None:
    judged = judge_admission(view(**{**IN, "audio_button": audio(label)}))
    assert (judged.stage, judged.reason) == (Stage.CONSENT, admission.AUDIO_NOT_JOINED)


@pytest.mark.parametrize("button", [(), audio("Audio beitreten?"), audio("Dźwięk"), FOUND])
def test_a_meeting_whose_sound_cannot_be_read_is_not_reached_either(
    button: tuple[Element, ...],
) -> None:
    judged = judge_admission(view(**{**IN, "audio_button": button}))
    assert (judged.stage, judged.reason) == (Stage.UNKNOWN, admission.AUDIO_UNREAD)


@pytest.mark.parametrize(
    "button",
    [
        Element(label="Unmute"),
        Element(label="mute my microphone, Alt+A"),
        Element(label="Unmute (Alt+A)"),
        Element(text="Unmute", label="more audio controls"),
        Element(text="Stummschaltung aufheben"),
    ],
)
def test_a_microphone_that_can_be_switched_is_sound_that_is_joined(button: Element) -> None:
    assert judge_admission(view(**{**IN, "audio_button": (button,)})).stage is Stage.IN_MEETING


@pytest.mark.parametrize("text", ["Joining…", "Joining...", "Beitritt läuft…"])
def test_a_client_that_still_joins_is_known_and_nobody_is_waited_for(text: str) -> None:
    judged = judge_admission(view(text, leave_button=FOUND))
    assert (judged.stage, judged.waited_out) == (Stage.CONSENT, Outcome.NETWORK_LOST)
    assert judge_admission(view(text, **IN)).stage is Stage.IN_MEETING
    lobby = judge_admission(view(f"Please wait, the meeting host will let you in soon. {text}"))
    assert lobby.stage is Stage.LOBBY


@pytest.mark.parametrize(
    "text",
    [
        "Please wait, the meeting host will let you in soon.",
        "Host has joined. We’ve let them know you’re here",
        "Host has joined. We've let them know you're here",
        "Bitte warten, der Meeting-Host wird Sie in Kürze einlassen.",
    ],
)
def test_the_waiting_room_is_ruled_out_first(text: str) -> None:
    states: tuple[dict[str, Any], ...] = ({}, {"leave_button": FOUND}, IN)
    for found in states:
        judged = judge_admission(view(text, **found))
        assert (judged.stage, judged.waited_out) == (Stage.LOBBY, Outcome.KNOCK_TIMED_OUT)


def test_a_name_on_a_tile_keeps_nobody_waiting_and_refuses_nobody() -> None:
    for name in ("Please wait", "You have been removed", WALL, "Passcode wrong"):
        assert judge_admission(view(name, **IN)).stage is Stage.IN_MEETING
        assert judge_stay(view(name, **IN)).stage is Stage.IN_MEETING
    assert judge_admission(view("Please wait")).stage is Stage.LOBBY


@pytest.mark.parametrize(
    "waiting",
    [
        view("Waiting for the host to start this meeting"),
        view("Waiting for the host to start the meeting."),
        view("This meeting link is invalid (3,001)", title="Error - Zoom"),
        view("", title="Error - Zoom"),
        view("Dieser Meeting-Link ist ungültig (3.001)", title="Fehler - Zoom"),
    ],
)
def test_a_meeting_that_has_not_begun_is_waited_for(waiting: PageView) -> None:
    judged = judge_admission(waiting)
    assert (judged.stage, judged.waited_out) == (Stage.LOBBY, Outcome.NOT_STARTED)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (WALL, Outcome.BOTS_NOT_ALLOWED),
        (WALL.replace("’", "'"), Outcome.BOTS_NOT_ALLOWED),
        ("Sign in to join this meeting", Outcome.SIGN_IN_REQUIRED),
        (
            "The host requires authentication on the commercial Zoom platform to join this meeting",
            Outcome.SIGN_IN_REQUIRED,
        ),
        ("Passcode wrong", Outcome.PASSCODE_WRONG),
        ("Incorrect password", Outcome.PASSCODE_WRONG),
        ("You have been removed", Outcome.DENIED),
        ("This meeting has been ended by host", Outcome.MEETING_ENDED),
        ("Falscher Kenncode", Outcome.PASSCODE_WRONG),
    ],
)
def test_a_refusal_says_which(text: str, outcome: Outcome) -> None:
    assert judge_admission(view(text)).outcome is outcome
    assert judge_admission(view(text, name_input=FOUND)).outcome is outcome
    # in Zoom's own dialog it counts whatever else the page shows
    assert judge_admission(titled(text, **IN)).outcome is outcome


def test_leaving_the_preview_for_a_sign_in_page_is_no_admission() -> None:
    for path in ("signin", "login?from=x"):
        judged = judge_admission(view(url=f"https://app.zoom.us/{path}", **IN))
        assert judged.outcome is Outcome.SIGN_IN_REQUIRED


def test_a_captcha_and_a_broken_connection_are_neither_lobby_nor_end() -> None:
    captcha = judge_admission(view(captcha=FOUND, leave_button=FOUND))
    assert (captcha.stage, captcha.reason) == (Stage.UNKNOWN, "captcha")
    broken = judge_admission(
        view(
            "Your network connection has timed out or your organization has disabled access to "
            "Zoom from the browser"
        )
    )
    assert (broken.stage, broken.waited_out) == (Stage.CONSENT, Outcome.NETWORK_LOST)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("You have been removed", Outcome.REMOVED),
        ("You have been removed from the meeting by the host", Outcome.REMOVED),
        ("This meeting has been ended by host", Outcome.MEETING_ENDED),
        ("The meeting has ended", Outcome.MEETING_ENDED),
        # nobody in the meeting removed the bot
        (WALL, Outcome.BOTS_NOT_ALLOWED),
        ("Dieses Meeting wurde vom Host beendet", Outcome.MEETING_ENDED),
    ],
)
def test_an_end_counts_in_zooms_dialog_or_when_the_meeting_is_gone(
    text: str, outcome: Outcome
) -> None:
    assert judge_stay(titled(text, **IN)).outcome is outcome
    assert judge_stay(view(text)).outcome is outcome
    assert judge_stay(view(text, **IN)).outcome is None


def test_the_label_of_an_end_counts_without_a_title() -> None:
    ended = view(end_label=(Element(label="Meeting is end now"),), **IN)
    assert judge_stay(ended).outcome is Outcome.MEETING_ENDED


def test_hidden_controls_and_the_clients_wandering_end_nothing() -> None:
    for path in ("wc/82345678901/join", "wc-loading/", "wc/82345678901/start", "x/videomeeting"):
        judged = judge_stay(view(url=f"https://app.zoom.us/{path}"))
        assert (judged.stage, judged.outcome) == (Stage.UNKNOWN, None)
    gone = judge_stay(view(url="https://zoom.us/postattendee"))
    assert (gone.outcome, gone.stands_s) == (Outcome.MEETING_ENDED, 20.0)
    assert judge_stay(PageView()).outcome is None


def test_people_are_counted_from_the_button_and_the_bot_is_one_of_them() -> None:
    button = (Element(label="open the participants list pane,[3] particpants"),)
    shown = people_shown(view(participants_button=button), "Notetaker")
    assert [person.is_self for person in shown] == [True, False, False]
    rows = (Element(label="Notetaker (me), muted"), Element(label="Zoë (Host), unmuted"))
    shown = people_shown(view(participants_button=button, panel_row=rows), "Notetaker")
    assert [(p.name, p.is_self) for p in shown] == [
        *(("Notetaker", True), ("Zoë", False), ("", False)),
    ]
    assert people_shown(view(), "Notetaker") == ()


def test_a_track_of_ones_own_silences_the_mix() -> None:
    choice, mix = TrackChoice(), TrackNames("", "page-mix")
    assert owner_of(TrackNames("16778241+abc", "x")) == "16778240"
    assert owner_of(mix) is None
    assert choice.hears(mix, 9_000)
    assert choice.hears(TrackNames("16778240+a"), 10)
    assert choice.hears(mix, 9_000)
    assert choice.hears(TrackNames("16778240+a"), 9_000)
    assert not choice.hears(mix, 9_000)


class Page:
    """Notes what is done to it; clicks find what `there` names."""

    def __init__(self, *there: str) -> None:
        self.there = there
        self.done: list[str] = []

    async def open(self, url: str) -> None:
        self.done.append(f"open {url}")

    async def look(self) -> PageView:
        return view()

    async def click(self, selector: str) -> bool:
        if selector in self.there:
            self.done.append(f"click {selector}")
        return selector in self.there

    async def type_text(self, selector: str, text: str) -> bool:
        self.done.append(f"type {text}")
        return True

    async def paste(self, selector: str, text: str) -> bool:
        return await self.type_text(selector, text)

    async def press(self, key: str) -> None: ...

    async def run(self, script: str, argument: str | None = None) -> bool:
        self.done.append("run")
        return True

    async def stir(self) -> None:
        self.done.append("stir")

    async def pause(self, seconds: float) -> None: ...


async def test_an_invalid_link_is_opened_again_and_a_waiting_room_never() -> None:
    now = [0.0]
    doorway = Doorway(Entry(URL, "Notetaker"), lambda: now[0])
    error = view("This meeting link is invalid (3,001)", title="Error - Zoom")
    waiting = view("Waiting for the host to start this meeting")
    now[0] = 14.0
    assert not doorway.opens_again(error)
    now[0] = 15.0
    assert doorway.opens_again(error)
    assert not doorway.opens_again(waiting)
    page = Page()
    await doorway.answer(page, error)
    assert page.done == [f"open {URL}"]
    assert not doorway.opens_again(error)


async def test_a_client_that_joins_for_ever_has_lost_the_network() -> None:
    class JoiningPage(Page):
        async def look(self) -> PageView:
            return view("Joining…")

    page = JoiningPage()
    with pytest.raises(JoinError) as lost:
        await knock(page, Doorway(Entry(URL, "Notetaker")))
    assert lost.value.outcome is Outcome.NETWORK_LOST
    assert page.done == [f"open {URL}"]


async def test_a_passcode_is_given_once_and_missing_it_is_told_at_once() -> None:
    asked = view(name_input=FOUND, passcode_input=FOUND, join_button=(Element(mark="disabled"),))
    with pytest.raises(JoinError) as none:
        await Doorway(Entry(URL, "Notetaker")).answer(Page(), asked)
    assert none.value.outcome is Outcome.PASSCODE_WRONG
    page, doorway = Page("#input-for-pwd", "#input-for-name"), Doorway(Entry(URL, "Bot", "s3cret"))
    await doorway.answer(page, asked)
    await doorway.answer(page, asked)
    assert page.done.count("type s3cret") == 1
    # the button wants time before it counts as dead
    assert page.done.count("run") == 1


async def test_an_end_is_not_clicked_away() -> None:
    page = Page(*selectors.POPUP_BUTTONS)
    ended = titled("This meeting has been ended by host", popup_button=FOUND, **IN)
    await Doorway(Entry(URL, "Notetaker")).answer(page, ended)
    assert page.done == []
    told = titled("This meeting is being recorded", popup_button=FOUND, **IN)
    await Doorway(Entry(URL, "Notetaker")).answer(page, told)
    assert len(page.done) == 1


async def test_a_live_microphone_is_looked_for_until_it_was_seen_off() -> None:
    doorway, page = Doorway(Entry(URL, "Notetaker")), Page(*selectors.AUDIO_BUTTONS)
    hidden = view(active_tile=FOUND)
    await doorway.answer(page, hidden)
    assert page.done == ["stir"]
    await doorway.answer(page, view(**{**IN, "audio_button": audio("mute my microphone")}))
    assert page.done[1:] == [f"click {selectors.AUDIO_BUTTONS[0]}"]
    await doorway.answer(page, view(**IN))
    seen_off = list(page.done)
    await doorway.answer(page, hidden)
    assert page.done == seen_off


async def test_a_connection_that_never_comes_is_a_lost_network() -> None:
    broken = view(
        "Your network connection has timed out or your organization has disabled access to Zoom"
    )
    doorway, page = Doorway(Entry(URL, "Notetaker")), Page()
    for _ in range(3):
        await doorway.answer(page, broken)
    with pytest.raises(JoinError) as lost:
        await doorway.answer(page, broken)
    assert lost.value.outcome is Outcome.NETWORK_LOST


def test_asking_again_says_what_is_waited_for() -> None:
    assert Zoom().judge_admission(view("", title="Error - Zoom")).waited_out is Outcome.NOT_STARTED
