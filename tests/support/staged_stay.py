"""A stay against a page that is data, on a clock that only the page moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from vexa.bot.hearing import Hearing
from vexa.bot.lifecycle import BotState
from vexa.bot.roster import Roster
from vexa.bot.speech_streams import SpeechStreams
from vexa.bot.stay import Stay
from vexa.contracts.bot import Account, AutomaticLeave, BotLaunch
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    Element,
    PageView,
    Platform,
    plain,
)
from vexa.platforms.google_meet.platform import GoogleMeet

URL = "https://meet.google.com/abc-defg-hij"
FOUND = (Element(),)


def view(text: str = "", /, **found: tuple[Element, ...]) -> PageView:
    return PageView(URL, plain(text), found)


def tiles(*names: str) -> dict[str, tuple[Element, ...]]:
    """The bot's own tile, and one for each name."""
    own = Element("Notetaker", mark="devices/0")
    others = [Element(name, mark=f"devices/{n}") for n, name in enumerate(names, 1)]
    return {"tile": (own, *others), "self_tile": (own,), "tile_name": (own, *others)}


PREJOIN = view(name_input=FOUND, join_button=FOUND)
LOBBY = view("Asking to be let in...", leave_button=FOUND, tile=(Element("visual_effects"),))
BLACK = view()
MEETING = view("", **tiles("Ada"))
ALONE = view("", **tiles())
WITHDRAWN = view("No one responded to your request to join the call Return to home screen")
REMOVED = view("You’ve been removed from the meeting", end_screen=(Element("Removed"),))


class StagedPage:
    """Shows each view for its time, the last one for ever."""

    def __init__(self, *plan: tuple[float, PageView]) -> None:
        self.plan = plan
        self.ready = PREJOIN
        self.now_s = 1_000.0
        self.stirred = self.opened = 0
        #: The plan of a page that is loaded again, and what it shows before it is ready.
        self.after_next_open: tuple[tuple[float, PageView], ...] = ()
        self.ready_again = (0.0, self.ready)
        self._began_s = self._opened_s = 0.0
        self._pressed = False

    @property
    def since_s(self) -> float:
        """Seconds since the press of the join button."""
        return self.now_s - self._began_s if self._pressed else 0.0

    async def open(self, url: str) -> None:
        assert url.startswith(URL)
        self.opened += 1
        if self.opened > 1:
            self.plan, self._pressed, self._opened_s = self.after_next_open, False, self.now_s

    async def look(self) -> PageView:
        if not self._pressed:
            length_s, shown = self.ready_again if self.opened > 1 else (0.0, self.ready)
            return shown if self.now_s - self._opened_s < length_s else self.ready
        ends_s = 0.0
        for length_s, shown in self.plan:
            ends_s += length_s
            if self.since_s < ends_s:
                return shown
        return self.plan[-1][1]

    async def click(self, selector: str) -> bool:
        if "Ask to join" in selector and not self._pressed:
            self.begin()
            return True
        return False

    def begin(self) -> None:
        """Start the plan."""
        self._pressed, self._began_s = True, self.now_s

    async def type_text(self, selector: str, text: str) -> bool:
        return True

    async def paste(self, selector: str, text: str) -> bool:
        return True

    async def press(self, key: str) -> None:
        """Nothing happens."""

    async def run(self, script: str, argument: str | None = None) -> bool:
        return False

    async def stir(self) -> None:
        self.stirred += 1

    async def pause(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


class Told:
    """What a stay came to."""

    def __init__(self) -> None:
        self.states: list[BotState] = []
        self.end = JoinError(Outcome.BOT_CRASHED, "")
        self.notice_posted: bool | None = None


class Silent(Hearing):
    """Has been silent since the press of the join button."""

    page: StagedPage

    @property
    def silent_s(self) -> float:
        return self.page.since_s


async def run(
    page: StagedPage,
    folder: Path,
    *,
    is_cut_off: Callable[[], bool] = lambda: False,
    roster: Roster | None = None,
    help_wait_s: float = 0.0,
    account: Account | None = None,
    platform: Platform | None = None,
    notice: str | None = None,
    **limits: int,
) -> Told:
    launch = BotLaunch(
        meeting_id=1,
        connection_id="c",
        correlation_id="t",
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        meeting_url=URL,
        bot_name="Notetaker",
        token="t",
        manager_url="http://127.0.0.1:1",
        whisperlive_url="ws://127.0.0.1:1",
        automatic_leave=AutomaticLeave.model_validate(limits),
        help_wait_s=help_wait_s,
        account=account,
        notice=notice,
        work_dir=str(folder),
    )
    told, roster, platform = Told(), roster or Roster(), platform or GoogleMeet()
    streams = SpeechStreams(launch, roster)
    hearing = Silent(platform, roster, streams, lambda: 0.0)
    hearing.page = page
    stay = Stay(
        launch,
        platform,
        page,
        hearing,
        roster,
        told.states.append,
        is_cut_off,
        monotonic_s=lambda: page.now_s,
    )
    with pytest.raises(JoinError) as over:
        await stay.run()
    told.end = over.value
    told.notice_posted = stay.notice_posted
    await hearing.aclose()
    return told
