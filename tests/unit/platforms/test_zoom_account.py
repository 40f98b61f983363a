"""The way to the knock with an account, on pages that are data: proved, or not joined."""

from __future__ import annotations

import pytest

from vexa.bot.door import Door, HelpWait
from vexa.contracts.bot import HelpNeeded
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, Entry, MeetingPage, PageView, plain
from vexa.platforms.zoom.account import account_url, prove
from vexa.platforms.zoom.doorway import Doorway
from vexa.platforms.zoom.platform import Zoom
from vexa.platforms.zoom.signalling import People

URL = "https://app.zoom.us/wc/82345678901/join"
ENTRY = Entry(URL, "Notetaker", signed_in=True)
FOUND = (Element(),)
OFF = (Element(mark="preview-join-button disabled"),)
NAMED = (Element(mark="Notes of Acme"),)


class ScriptedPage(MeetingPage):
    """Is led from the account page to `led_to`, and shows these probes there."""

    def __init__(self, led_to: str = "", *probes: str, text: str = "") -> None:
        self.led_to = led_to
        self.probes = probes
        self.text = text
        self.opened: list[str] = []
        self.done: list[str] = []
        self.waited_s = 0.0

    async def open(self, url: str) -> None:
        self.opened.append(url)

    async def look(self) -> PageView:
        url = self.led_to or (self.opened or [URL])[-1]
        return PageView(url, plain(self.text), dict.fromkeys(self.probes, FOUND))

    async def click(self, selector: str) -> bool:
        return False

    async def type_text(self, selector: str, text: str) -> bool:
        self.done.append(f"type {text}")
        return True

    async def paste(self, selector: str, text: str) -> bool:
        return await self.type_text(selector, text)

    async def press(self, key: str) -> None:
        raise AssertionError(key)

    async def run(self, script: str, argument: str | None = None) -> bool:
        self.done.append("run")
        return True

    async def stir(self) -> None:
        """Nothing hides."""

    async def pause(self, seconds: float) -> None:
        self.waited_s += seconds


@pytest.mark.parametrize(
    ("meeting", "account"),
    [
        (URL, "https://zoom.us/profile"),
        ("https://acme.zoom.us/j/82345678901", "https://zoom.us/profile"),
        ("https://acme.zoomgov.com/j/82345678901", "https://www.zoomgov.com/profile"),
        ("https://notzoomgov.com/j/82345678901", "https://zoom.us/profile"),
    ],
)
def test_the_account_page_is_that_of_the_meetings_cloud(meeting: str, account: str) -> None:
    assert account_url(meeting) == account


@pytest.mark.parametrize("led_to", ["", "https://us05web.zoom.us/profile"])
async def test_the_account_page_itself_proves_the_session(led_to: str) -> None:
    page = ScriptedPage(led_to, "sign_out")
    await prove(page, URL)
    assert page.opened == ["https://zoom.us/profile"]


@pytest.mark.parametrize("led_to", ["https://zoom.us/signin", "https://us05web.zoom.us/signin#/x"])
async def test_an_account_page_that_asks_to_sign_in_opens_no_meeting(led_to: str) -> None:
    page = ScriptedPage(led_to, "sign_out")
    with pytest.raises(JoinError) as refused:
        await Zoom().knock(page, ENTRY)
    assert refused.value.outcome is Outcome.ACCOUNT_SIGNED_OUT
    assert page.opened == ["https://zoom.us/profile"]
    assert page.waited_s < 3


@pytest.mark.parametrize(
    ("led_to", "probes"),
    [
        ("", ()),
        ("https://zoom.us/", ("sign_out",)),
        ("https://evil.example/profile", ("sign_out",)),
    ],
)
async def test_another_page_proves_nothing(led_to: str, probes: tuple[str, ...]) -> None:
    page = ScriptedPage(led_to, *probes, text="Sorry")
    with pytest.raises(JoinError) as refused:
        await prove(page, URL)
    assert refused.value.outcome is Outcome.PAGE_CHANGED
    assert page.waited_s <= 61
    # a page that loads for long is left alone; Zoom's own elsewhere is not, and not for ever
    assert len(page.opened) == (3 if led_to == "https://zoom.us/" else 1)


class RescuedPage(ScriptedPage):
    """Asks to sign in until somebody has, 30 s on, and then shows a page of no meaning."""

    def __init__(self) -> None:
        super().__init__("", "sign_out")
        self.opened_s = 0.0

    async def open(self, url: str) -> None:
        await super().open(url)
        self.opened_s = self.waited_s

    async def look(self) -> PageView:
        if self.waited_s < 30:
            return PageView("https://zoom.us/signin?from=profile")
        if self.opened_s < 30:
            return PageView("https://zoom.us/myhome")
        return await super().look()


async def test_whoever_signs_the_account_in_on_the_display_is_waited_for() -> None:
    zoom, page, asked = Zoom(), RescuedPage(), list[HelpNeeded]()
    door = Door(page, zoom, HelpWait(60), asked.append, lambda: page.waited_s)
    with pytest.raises(JoinError) as later:
        # of the meeting itself this page knows nothing
        await zoom.knock(door, ENTRY)
    assert later.value.outcome is not Outcome.ACCOUNT_SIGNED_OUT
    assert {call.what for call in asked} == {Outcome.ACCOUNT_SIGNED_OUT}
    assert page.opened[:2] == ["https://zoom.us/profile"] * 2
    assert page.opened[-1] == URL


async def test_an_account_that_nobody_signs_in_ends_when_help_is_over() -> None:
    zoom, page = Zoom(), ScriptedPage("https://zoom.us/signin")
    door = Door(page, zoom, HelpWait(20), lambda _: None, lambda: page.waited_s)
    with pytest.raises(JoinError) as refused:
        await zoom.knock(door, ENTRY)
    assert refused.value.outcome is Outcome.ACCOUNT_SIGNED_OUT
    assert 20 <= page.waited_s < 23


async def test_no_person_is_called_to_what_a_person_cannot_or_should_not_fix() -> None:
    guest, member = Zoom(), Zoom()
    for zoom, entry in ((guest, Entry(URL, "Notetaker")), (member, ENTRY)):
        with pytest.raises(JoinError):
            await zoom.knock(ScriptedPage("https://zoom.us/signin"), entry)
    asks = PageView("https://app.zoom.us/signin")
    wall = PageView("https://app.zoom.us/signin", plain("Automated bots aren’t allowed"))
    assert member.help_needed(asks) is Outcome.ACCOUNT_SIGNED_OUT
    assert guest.help_needed(asks) is None
    assert member.help_needed(wall) is guest.help_needed(wall) is None
    assert member.help_needed(PageView(URL, plain("Only authenticated users can join"))) is None


async def test_a_preview_that_keeps_asking_for_a_name_is_signed_out() -> None:
    now = [0.0]
    page, doorway = ScriptedPage(), Doorway(ENTRY, lambda: now[0])
    asks = PageView(URL, "", {"name_input": FOUND, "join_button": OFF})
    await doorway.answer(page, asks)
    now[0] = 4.9
    await doorway.answer(page, asks)
    now[0] = 5.0
    with pytest.raises(JoinError) as refused:
        await doorway.answer(page, asks)
    assert refused.value.outcome is Outcome.ACCOUNT_SIGNED_OUT
    assert not any(done.startswith("type") for done in page.done)


async def test_a_preview_with_the_accounts_name_is_joined_and_the_bot_knows_itself() -> None:
    now = [0.0]
    page, doorway = ScriptedPage(), Doorway(ENTRY, lambda: now[0])
    await doorway.answer(page, PageView(URL, "", {"name_input": FOUND, "join_button": OFF}))
    assert doorway.shown_as == ""
    now[0] = 60.0
    own = PageView(URL, "", {"name_input": NAMED, "join_button": (Element(mark="btn"),)})
    await doorway.answer(page, own)
    assert (doorway.shown_as, page.done[-1]) == ("Notes of Acme", "run")


async def test_the_bot_is_known_by_the_accounts_name_and_not_by_the_one_it_was_given() -> None:
    zoom = Zoom()
    zoom._doorway = Doorway(ENTRY)
    zoom._doorway.shown_as = "Notes of Acme"
    row = "panel_row"
    view = PageView(
        URL, "", {row: (Element(label="Notes of Acme, me"), Element(label="Notetaker"))}
    )
    assert [person.is_self for person in zoom.people_shown(view)] == [True, False]
    zoom._doorway.shown_as = ""
    nameless = PageView(URL, "", {row: (Element(label=", muted"),)})
    assert [person.is_self for person in zoom.people_shown(nameless)] == [False]
    assert not zoom._company.take_people(People({"16778240": ""}, frozenset())).people[0].is_self
