"""The way to the knock, on a page that is data."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, Entry, PageView, plain
from vexa.platforms.google_meet.join import knock
from vexa.platforms.google_meet.leave import CHAT, leave, tidy
from vexa.platforms.google_meet.platform import GoogleMeet

URL = "https://meet.google.com/abc-defg-hij"
FOUND = (Element(),)
ENTRY = Entry(URL, "Notetaker")


class ScriptedPage:
    """A prejoin page: buttons by label, and what each click changes."""

    def __init__(self, *shown: str, text: str = "", url: str = "") -> None:
        self.shown = set(shown)
        self.text = text
        self.url = url
        self.opened: list[str] = []
        self.clicked: list[str] = []
        self.typed: list[str] = []
        self.keys: list[str] = []
        self.waited_s = 0.0
        self.misses: Mapping[str, int] = {}
        self.stubborn = False

    async def open(self, url: str) -> None:
        self.opened.append(url)
        self.url = self.url or url

    async def look(self) -> PageView:
        found = dict.fromkeys(self.shown, FOUND)
        return PageView(self.url, plain(self.text), found)

    async def click(self, selector: str) -> bool:
        probes = {
            "count(": "text_button",
            "Ask to join": "join_button",
            "Turn off microphone": "microphone_on",
            "Turn off camera": "camera_on",
            "Continue without": "without_devices",
            "Got it": "got_it",
            "Leave call": "leave_button",
            "Chat with everyone": "chat",
            "data-mdc-dialog-action": "dialog",
        }
        for label, probe in probes.items():
            if label in selector and probe in self.shown:
                self.clicked.append(probe)
                if not self.stubborn and probe != "chat":
                    self.shown.discard(probe)
                if probe in {"join_button", "text_button"}:
                    self.shown.discard("name_input")
                return True
        return False

    async def type_text(self, selector: str, text: str) -> bool:
        if "name_input" in self.shown:
            self.typed.append(text)
            return True
        return False

    async def paste(self, selector: str, text: str) -> bool:
        if "chat" in self.clicked and "textarea" in selector:
            self.typed.append(text)
            return True
        return False

    async def press(self, key: str) -> None:
        self.keys.append(key)

    async def run(self, script: str, argument: str | None = None) -> bool:
        return False

    async def stir(self) -> None:
        self.keys.append("stir")

    async def pause(self, seconds: float) -> None:
        self.waited_s += seconds


async def test_devices_are_off_and_the_name_is_there_before_the_knock() -> None:
    page = ScriptedPage("name_input", "join_button", "microphone_on", "camera_on")
    await knock(page, ENTRY)
    assert page.opened == [f"{URL}?hl=en"]
    assert page.typed == ["Notetaker"]
    assert page.clicked == ["microphone_on", "camera_on", "join_button"]


async def test_a_button_in_a_language_that_nobody_knows_is_pressed_as_the_only_one() -> None:
    page = ScriptedPage("name_input", "text_button", "microphone_on")
    await knock(page, ENTRY)
    assert page.clicked == ["microphone_on", "text_button"]


async def test_a_known_label_comes_before_the_only_button_and_a_press_in_vain_is_none() -> None:
    page = ScriptedPage("name_input", "join_button", "text_button")
    await knock(page, ENTRY)
    assert page.clicked == ["join_button"]
    page = ScriptedPage("name_input", "text_button")
    page.stubborn = True

    async def stay(selector: str) -> bool:
        return "count(" in selector

    page.click = stay  # type: ignore[method-assign]
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.PAGE_CHANGED


async def test_interstitials_are_answered_on_the_way() -> None:
    page = ScriptedPage("name_input", "join_button", "without_devices", "got_it")
    page.shown.discard("name_input")

    async def pause(seconds: float) -> None:
        page.waited_s += seconds
        if not page.shown & {"without_devices", "got_it"} and not page.typed:
            page.shown.add("name_input")

    page.pause = pause  # type: ignore[method-assign]
    await knock(page, ENTRY)
    assert page.clicked == ["without_devices", "got_it", "join_button"]


@pytest.mark.parametrize(
    ("text", "url", "outcome"),
    [
        ("Check your meeting code", "", Outcome.NOT_FOUND),
        ("You can’t join this video call", "", Outcome.BLOCKED),
        ("", "https://accounts.google.com/x", Outcome.SIGN_IN_REQUIRED),
        ("", "", Outcome.PAGE_CHANGED),
    ],
)
async def test_a_page_without_a_name_field_tells_why(text: str, url: str, outcome: Outcome) -> None:
    page = ScriptedPage(text=text, url=url)
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is outcome
    assert page.waited_s <= 61


SIGNED_IN = Entry(URL, "Notetaker", signed_in=True)


async def test_a_signed_in_page_is_joined_without_a_name() -> None:
    page = ScriptedPage("join_button", "microphone_on", "camera_on")
    await knock(page, SIGNED_IN)
    assert page.typed == []
    assert page.clicked == ["microphone_on", "camera_on", "join_button"]


async def test_an_account_is_signed_in_on_the_display_and_a_guest_is_not() -> None:
    asks = PageView("https://accounts.google.com/v3/signin/identifier?continue=x")
    for entry, needed in ((SIGNED_IN, Outcome.ACCOUNT_SIGNED_OUT), (Entry(URL, "Bot"), None)):
        meet = GoogleMeet()
        with pytest.raises(JoinError):
            await meet.knock(ScriptedPage(text="Invalid video call name"), entry)
        assert meet.help_needed(asks) is needed
        assert meet.help_needed(PageView("https://workspace.google.com/products/meet")) is None


async def test_a_page_that_asks_for_a_name_is_signed_out_and_is_not_joined() -> None:
    page = ScriptedPage("name_input", "join_button")
    with pytest.raises(JoinError) as refused:
        await knock(page, SIGNED_IN)
    assert refused.value.outcome is Outcome.ACCOUNT_SIGNED_OUT
    assert (page.typed, page.clicked) == ([], [])
    assert 4 < page.waited_s < 10


async def test_a_name_field_that_goes_while_the_page_loads_is_no_signed_out_account() -> None:
    page = ScriptedPage("name_input", "join_button")

    async def pause(seconds: float) -> None:
        page.waited_s += seconds
        if page.waited_s > 3:
            page.shown.discard("name_input")

    page.pause = pause  # type: ignore[method-assign]
    await knock(page, SIGNED_IN)
    assert page.clicked == ["join_button"]


async def test_a_session_that_is_lost_before_the_press_is_not_joined_with() -> None:
    page = ScriptedPage("join_button", "microphone_on")
    click = page.click

    async def lose(selector: str) -> bool:
        page.shown.add("name_input")
        return await click(selector)

    page.click = lose  # type: ignore[method-assign]
    with pytest.raises(JoinError) as refused:
        await knock(page, SIGNED_IN)
    assert refused.value.outcome is Outcome.ACCOUNT_SIGNED_OUT
    assert page.clicked == ["microphone_on"]


async def test_a_microphone_that_stays_on_stops_the_join() -> None:
    page = ScriptedPage("name_input", "join_button", "microphone_on")
    page.stubborn = True
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.PAGE_CHANGED
    assert "join_button" not in page.clicked


async def test_a_look_that_shows_nothing_is_no_proof_that_the_microphone_is_off() -> None:
    page = ScriptedPage("name_input", "join_button", "microphone_on", "camera_on")
    look, looks = page.look, 0

    async def blink() -> PageView:
        nonlocal looks
        looks += bool(page.typed)
        return PageView(URL) if looks in {1, 3} else await look()

    page.look = blink  # type: ignore[method-assign]
    await knock(page, ENTRY)
    assert page.clicked == ["microphone_on", "camera_on", "join_button"]


async def test_a_page_that_shows_nothing_more_is_not_joined() -> None:
    page = ScriptedPage("name_input", "join_button", "microphone_on")
    look = page.look

    async def blind() -> PageView:
        return PageView(URL) if page.typed else await look()

    page.look = blind  # type: ignore[method-assign]
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.PAGE_CHANGED
    assert "join_button" not in page.clicked


async def test_a_missing_button_is_a_changed_page() -> None:
    page = ScriptedPage("name_input")
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.PAGE_CHANGED


async def test_leaving_stirs_the_hidden_toolbar_first() -> None:
    page = ScriptedPage("leave_button")
    await leave(page)
    assert page.keys == ["stir"]
    assert page.clicked == ["leave_button"]


async def test_dialogs_are_answered_one_a_call() -> None:
    page = ScriptedPage("dialog", "got_it")
    await tidy(page, await page.look())
    assert page.clicked == ["dialog"]
    await tidy(page, await page.look())
    assert page.clicked == ["dialog", "got_it"]


async def test_a_notice_is_cut_to_the_limit_of_the_chat() -> None:
    page = ScriptedPage("chat")
    assert await CHAT.write(page, "n" * 600)
    assert page.typed == ["n" * 500]
    assert "Enter" in page.keys
    assert not await CHAT.write(ScriptedPage(), "n")
