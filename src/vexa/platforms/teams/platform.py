"""Microsoft Teams as a `Platform`: one place that names which file does what."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    Entry,
    Judgement,
    MeetingPage,
    PageView,
    Person,
    Probe,
    RosterChange,
    SoundBy,
    Stage,
    TrackNames,
)
from vexa.platforms.defaults import PlatformDefaults
from vexa.platforms.menu_choice import MenuChoice
from vexa.platforms.teams import (
    account,
    admission,
    caption_code,
    join,
    leave,
    news,
    page_code,
    people,
    removal,
    selectors,
)
from vexa.platforms.teams.address import HOSTS
from vexa.platforms.teams.captions import Captions
from vexa.platforms.teams.company import SIGN_LATE_MS, Company
from vexa.platforms.teams.signalling import CallEnd
from vexa.platforms.teams.track_choice import TrackChoice

#: The join button, shown for so many looks after the knock: Teams forgot the knock; pressed again
#: so many times at most.
_FORGOTTEN_LOOKS = 8
_MOST_KNOCKS = 5
#: An end that the signalling told of, while the meeting stays on the page: another call's, ms.
_END_STALE_MS = 10_000.0


class Teams(PlatformDefaults):
    """Teams in every cloud, one stay. `now_ms` tells the epoch time, ms."""

    hosts: frozenset[str] = HOSTS | selectors.SIGN_IN_HOSTS
    probes: Mapping[str, Probe] = selectors.PROBES
    client_part: str = ", ".join(selectors.CLIENT_PARTS)
    page_script: str = f"(tell) => {{ ({page_code.NEWS})(tell); ({caption_code.NEWS})(tell); }}"
    sound_by: SoundBy = SoundBy.MIX
    speaking_late_ms: float = SIGN_LATE_MS

    def __init__(self, now_ms: Callable[[], float] = lambda: time.time() * 1000) -> None:
        self._now_ms = now_ms
        self._company = Company()
        self._tracks = TrackChoice()
        self._pictures = MenuChoice(selectors.MORE_BUTTONS, selectors.PICTURES_OFF)
        self._layout = MenuChoice(selectors.VIEW_BUTTONS, selectors.LAYOUTS)
        self._captions = Captions()
        self._end: CallEnd | None = None
        self._end_ms = 0.0
        self._prejoin_looks = 0
        self._knocks = 0
        self._signed_in = False

    async def knock(self, page: MeetingPage, entry: Entry) -> None:
        """See `join.knock`."""
        self._signed_in = entry.signed_in
        # an account has its own name in the meeting, which no page before it tells
        self._company.bot_name = "" if entry.signed_in else entry.bot_name
        await join.knock(page, entry)

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """See `TrackChoice.hears`."""
        counts = self._tracks.hears(names, at_ms, peak)
        if counts:
            self._captions.hear(at_ms, peak)
        return counts

    def judge_admission(self, view: PageView) -> Judgement:
        """See `admission.judge_admission`; a knock that Teams forgot is to be made again."""
        judged = admission.judge_admission(view)
        is_prejoin = judged.stage is Stage.PREJOIN
        self._prejoin_looks = self._prejoin_looks + 1 if is_prejoin else 0
        if judged.stage is Stage.LOBBY:
            # an end that was told before this knock is of another call
            self._end = None
        forgotten = self._prejoin_looks >= _FORGOTTEN_LOOKS
        if forgotten and self._signed_in and account.asks_guests(view):
            lost = "knock: the page asks for a name"
            return Judgement(Stage.OVER, lost, Outcome.ACCOUNT_SIGNED_OUT)
        if forgotten and self._knocks < _MOST_KNOCKS:
            self._prejoin_looks = 0
            self._knocks += 1
            return Judgement(Stage.CONSENT, admission.JOIN_AGAIN)
        if judged.stage is Stage.UNKNOWN and self._end is not None and judged.reason != "captcha":
            return Judgement(Stage.OVER, f"call: {self._end.reason}", self._end.outcome, 2.0)
        return judged

    def help_needed(self, view: PageView) -> Outcome | None:
        """See `admission.help_needed`."""
        return admission.help_needed(view, signed_in=self._signed_in)

    def judge_stay(self, view: PageView) -> Judgement:
        """See `removal.judge_stay`."""
        judged = removal.judge_stay(view, self._end)
        if judged.stage is Stage.IN_MEETING and self._now_ms() - self._end_ms > _END_STALE_MS:
            self._end = None
        return judged

    def people_shown(self, view: PageView) -> tuple[Person, ...]:
        """See `people.people_shown`."""
        return people.people_shown(view, self._company.bot_name)

    def decode_news(self, text: str) -> RosterChange:
        """See `news.decode_news`; an end is remembered for the judgement."""
        told = news.decode_news(text, self._company)
        if isinstance(told, CallEnd):
            self._end, self._end_ms = told, self._now_ms()
            return RosterChange()
        if isinstance(told, news.BetterSigns):
            self._captions.has_better = True
            return RosterChange()
        self.speaking_late_ms = self._company.late_ms
        return told

    async def tidy(self, page: MeetingPage, view: PageView) -> None:
        """See `leave.tidy`; in the meeting, pictures off, a layout with outlines, `Captions`."""
        await leave.tidy(page, view)
        if removal.judge_stay(view, self._end).stage is Stage.IN_MEETING:
            await self._pictures.make(page)
            await self._layout.make(page)
            await self._captions.turn_on(page, view)

    async def post_chat(self, page: MeetingPage, text: str) -> bool:
        """See `page_acts.Chat`."""
        return await leave.CHAT.write(page, text)

    async def leave(self, page: MeetingPage) -> None:
        """See `leave.leave`."""
        await leave.leave(page)
