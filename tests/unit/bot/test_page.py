"""A page that answers nothing holds nobody up: every read and act of it is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from vexa.bot import page as page_module
from vexa.bot.page import BrowserPage
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome

URL = "https://meet.google.com/abc-defg-hij"


class DriversPage:
    """Stands for the driver's page, frame, mouse and keyboard; all answer as `answer` does."""

    url = URL

    def __init__(self, answer: Callable[[], Awaitable[Any]]) -> None:
        self._answer = answer
        self.main_frame = self.mouse = self.keyboard = self
        self.closed = False

    def is_closed(self) -> bool:
        return self.closed

    def on(self, event: str, listener: object) -> None:
        """Nothing happens."""

    def set_default_timeout(self, timeout_ms: float) -> None:
        """Most of what the driver does has none."""

    def locator(self, selector: str) -> DriversPage:
        return self

    async def goto(self, url: str, **_: object) -> None:
        """It loads, but for an empty page."""
        if url == "about:blank":
            await self._answer()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return lambda *_, **__: self._answer()


async def never() -> None:
    """Do not answer."""
    await asyncio.Event().wait()


async def navigating() -> None:
    """Answer as a page does that goes elsewhere meanwhile."""
    raise PlaywrightError("Execution context was destroyed, most likely because of a navigation")


class Frame:
    """A frame that shows its name, and may hold a part of the client."""

    def __init__(self, name: str, url: str, *, has_part: bool = False) -> None:
        self.name, self.url, self.has_part = name, url, has_part

    async def query_selector(self, selector: str) -> object | None:
        return self if self.has_part else None

    async def evaluate(self, *_: object) -> dict[str, Any]:
        return {"url": self.url, "text": self.name, "found": {}, "state": {}}


class Framed(DriversPage):
    """A page with frames."""

    def __init__(self, main: Frame, *frames: Frame) -> None:
        super().__init__(never)
        self.main_frame = main  # type: ignore[assignment]
        self.frames = [main, *frames]


class Field(DriversPage):
    """A text field that has the focus; the driver's answer to one of its keys never comes."""

    def __init__(self, lost_key: int) -> None:
        super().__init__(self.nothing)
        self.text, self._is_marked = "", False
        self._keys, self._lost_key = 0, lost_key

    async def nothing(self) -> None:
        """Answer."""

    async def press(self, key: str) -> None:
        self._is_marked = key == "Control+a"

    async def type(self, character: str) -> None:
        self.text = ("" if self._is_marked else self.text) + character
        self._is_marked, self._keys = False, self._keys + 1
        if self._keys == self._lost_key:
            await never()


ACTS: dict[str, Callable[[BrowserPage], Awaitable[Any]]] = {
    "look": lambda page: page.look(),
    "open": lambda page: page.open(URL),
    "click": lambda page: page.click("button"),
    "type_text": lambda page: page.type_text("input", "Notetaker"),
    "paste": lambda page: page.paste("textarea", "Notes"),
    "press": lambda page: page.press("Enter"),
    "run": lambda page: page.run("() => true"),
    "stir": lambda page: page.stir(),
    "take_picture": lambda page: page.take_picture(cast("Any", None), 0.05),
    "vacate": lambda page: page.vacate(),
}
#: Acts that nobody waits for the success of.
AT_THE_END = {"take_picture", "vacate"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "_ANSWER_S", 0.05)
    monkeypatch.setattr(page_module, "_CLICK_S", 0.05)


def bots_page(drivers: DriversPage) -> BrowserPage:
    return BrowserPage(cast("Page", drivers), {})


@pytest.mark.parametrize("act", ACTS)
async def test_nothing_waits_for_ever_for_a_page_that_never_answers(act: str) -> None:
    page = bots_page(DriversPage(never))
    async with asyncio.timeout(30):
        await ACTS[act](page)


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_that_fails_is_not_the_end_of_the_page(act: str) -> None:
    await ACTS[act](bots_page(DriversPage(navigating)))


@pytest.mark.parametrize("act", [act for act in ACTS if act not in AT_THE_END])
async def test_a_page_that_is_closed_is_dead(act: str) -> None:
    drivers = DriversPage(navigating)
    page = bots_page(drivers)
    drivers.closed = True
    with pytest.raises(JoinError) as over:
        await ACTS[act](page)
    assert over.value.outcome is Outcome.PAGE_DEAD


async def test_a_page_that_answers_no_look_for_long_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = bots_page(DriversPage(never))
    for _ in range(3):
        seen = await page.look()
        assert (seen.url, seen.text) == (URL, "")
    monkeypatch.setattr(page_module, "_LONGEST_BLIND_S", 0.0)
    with pytest.raises(JoinError) as over:
        await page.look()
    assert over.value.outcome is Outcome.PAGE_DEAD


async def test_a_name_that_is_typed_again_stands_there_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    field = Field(lost_key=4)
    page = bots_page(field)

    async def reached(_selector: str) -> bool:
        return True

    monkeypatch.setattr(page, "click", reached)
    assert not await page.type_text("#by-id", "Notetaker")
    assert await page.type_text("#by-label", "Notetaker")
    assert field.text == "Notetaker"


CLIENT = Frame("client", f"{URL}?framed=1", has_part=True)
FOREIGN = Frame("foreign", "https://example.com/", has_part=True)
HELPER = Frame("helper", URL)


@pytest.mark.parametrize(
    ("page", "seen"),
    [
        (Framed(Frame("page", URL), HELPER, FOREIGN, CLIENT), "client"),
        (Framed(Frame("page", URL, has_part=True), CLIENT), "page"),
        (Framed(Frame("page", URL), HELPER, FOREIGN), "page"),
        (Framed(Frame("page", URL)), "page"),
    ],
)
async def test_the_client_is_the_frame_of_the_pages_own_host_that_has_its_parts(
    page: Framed, seen: str
) -> None:
    looking = BrowserPage(cast(Page, page), {}, client_part="#part")
    assert (await looking.look()).text == seen
    assert (await BrowserPage(cast(Page, page), {}).look()).text == "page"
