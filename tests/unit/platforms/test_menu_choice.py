"""A menu's entry: chosen once, looked for a few times, never an obstacle."""

from __future__ import annotations

from typing import Any, cast

from vexa.platforms.base import MeetingPage
from vexa.platforms.menu_choice import MenuChoice


class Page:
    """Notes clicks; those on what is not `there` find nothing."""

    def __init__(self, *there: str) -> None:
        self.there = set(there)
        self.clicks: list[str] = []

    async def click(self, selector: str) -> bool:
        if selector in self.there:
            self.clicks.append(selector)
        return selector in self.there

    async def stir(self) -> None: ...

    async def pause(self, seconds: float) -> None: ...


async def look(choice: MenuChoice, page: Any) -> None:
    await choice.make(cast(MeetingPage, page))


async def test_the_entry_is_chosen_once() -> None:
    now = [0.0]
    choice = MenuChoice(("old menu", "menu"), ("entry",), lambda: now[0])
    page = Page("menu", "entry")
    for _ in range(5):
        await look(choice, page)
        now[0] += 60
    assert page.clicks == ["menu", "entry"]


async def test_a_menu_without_it_is_closed_again_and_opened_no_more_than_three_times() -> None:
    now = [0.0]
    choice = MenuChoice(("menu",), ("entry",), lambda: now[0])
    page = Page("menu")
    await look(choice, page)
    await look(choice, page)
    # the second look came too soon
    assert page.clicks == ["menu", "menu"]
    for _ in range(5):
        now[0] += 60
        await look(choice, page)
    assert page.clicks == ["menu"] * 6


async def test_a_menu_that_comes_late_is_found() -> None:
    now = [0.0]
    choice = MenuChoice(("menu",), ("entry",), lambda: now[0])
    page = Page()
    await look(choice, page)
    page.there = {"menu", "entry"}
    now[0] += 60
    await look(choice, page)
    assert page.clicks == ["menu", "entry"]
