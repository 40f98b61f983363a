"""The way to the knock as a guest, on pages that are data: a splash that stands is loaded anew."""

from __future__ import annotations

import pytest

from tests.unit.platforms.test_teams_account import URL, ScriptedPage, scene
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry
from vexa.platforms.teams.join import knock

ENTRY = Entry(URL, "Notetaker")
GUEST_URL = f"{URL}&anon=true"


class StuckPage(ScriptedPage):
    """Asks at each load whether to go on in the browser; behind it a splash stands for ever.

    The load of number `opens` goes on to the name field.
    """

    def __init__(self, opens: int) -> None:
        super().__init__(scene("launcher"))
        self._opens = opens
        self.launched = 0

    async def open(self, url: str) -> None:
        await super().open(url)
        self.scenes = [scene("launcher")]

    async def click(self, selector: str) -> bool:
        if "Continue on this browser" in selector and "launcher" in self.scenes[-1][2]:
            self.launched += 1
            is_stuck = len(self.opened) < self._opens
            self.scenes = [scene("splash") if is_stuck else scene("name_input", "join_button")]
            return True
        return await super().click(selector)


async def test_a_splash_that_stands_for_long_is_loaded_once_more() -> None:
    page = StuckPage(opens=2)
    await knock(page, ENTRY)
    assert page.opened == [GUEST_URL, GUEST_URL]
    assert page.launched == 2
    assert (page.typed, page.pressed) == (["Notetaker"], 1)
    assert 30 <= page.waited_s < 60


async def test_a_splash_that_stands_for_ever_is_a_page_that_changed() -> None:
    page = StuckPage(opens=3)
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.PAGE_CHANGED
    assert page.opened == [GUEST_URL, GUEST_URL]
    assert page.waited_s <= 91


async def test_a_splash_that_goes_by_itself_is_waited_for() -> None:
    page = ScriptedPage(scene("splash"), scene("name_input", "join_button", at_s=25.0))
    await knock(page, ENTRY)
    assert page.opened == [GUEST_URL]
