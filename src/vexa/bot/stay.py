"""One stay in a meeting: join, wait to be let in, be there, and find out how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from vexa.bot.door import Door, HelpWait
from vexa.bot.hearing import Hearing
from vexa.bot.leave_rules import LeaveRules
from vexa.bot.lifecycle import BotState, Patience
from vexa.bot.note_takers import is_note_taker
from vexa.bot.notice import Notice
from vexa.bot.roster import Roster
from vexa.contracts.bot import BotLaunch, HelpNeeded
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.kit.tasks import BackgroundTasks
from vexa.platforms.base import Entry, Judgement, MeetingPage, PageView, Platform, Stage

#: Looks at the page: while waiting to be let in, and while in the meeting, seconds apart.
_LOBBY_LOOK_S = 0.4
_STAY_LOOK_S = 1.0
#: A judgement is believed when so many looks in a row agree.
_SURE_OF_ADMISSION = 2
_SURE_OF_REFUSAL = 2
_SURE_OF_END = 3
#: A page that is neither lobby nor meeting nor a refusal for so long is one we do not know.
_LOST_ON_PAGE_S = 60.0
#: Every WebRTC connection of the page broken for so long: the meeting is out of reach.
_CUT_OFF_S = 45.0
#: Neither the meeting was seen nor anybody heard for so long: the page is dead, or another one.
_BLIND_AND_DEAF_S = 120.0
#: Silence and names are told to the streams this often, seconds.
_TICK_S = 0.1

Reached = Callable[[BotState], None]


class Stay:
    """Runs against a page; raises JoinError with the outcome when it is over."""

    def __init__(
        self,
        launch: BotLaunch,
        platform: Platform,
        page: MeetingPage,
        hearing: Hearing,
        roster: Roster,
        reached: Reached,
        is_cut_off: Callable[[], bool],
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._launch = launch
        self._platform = platform
        self._page = page
        self._hearing = hearing
        self._roster = roster
        self._reached = reached
        self._is_cut_off = is_cut_off
        self._cut_off_from_s: float | None = None
        self._monotonic_s = monotonic_s
        self._seen_s = monotonic_s()
        self._tasks = BackgroundTasks()
        self._door = Door(
            page,
            platform,
            HelpWait(launch.help_wait_s),
            self._ask_for_help,
            monotonic_s,
        )
        #: An end that the page told in words since the meeting was last seen.
        self._told: JoinError | None = None
        #: What a person is, or was last, needed for before the admission.
        self.help_needed: HelpNeeded | None = None
        self._notice = Notice(launch.notice, lambda text: platform.post_chat(page, text))

    @property
    def notice_posted(self) -> bool | None:
        """Whether the notice is in the meeting's chat; None while it was not tried."""
        return self._notice.posted

    async def run(self) -> None:
        """Join and stay. Never returns: the end is a JoinError with its true outcome."""
        self._reached(BotState.JOINING)
        await self._come_in()
        self._hearing.admit()
        self._reached(BotState.ACTIVE)
        self._tasks.spawn("stream ticks", self._tick())
        try:
            await self._stay()
        finally:
            await self._tasks.aclose()

    async def _come_in(self) -> None:
        launch, signed_in = self._launch, self._launch.account is not None
        entry = Entry(launch.meeting_url, launch.bot_name, launch.passcode, signed_in)
        try:
            await self._platform.knock(self._door, entry)
            await self._wait_for_admission()
        except JoinError as exc:
            if signed_in and exc.outcome is Outcome.SIGN_IN_REQUIRED:
                raise JoinError(Outcome.ACCOUNT_SIGNED_OUT, exc.detail) from exc
            raise

    def _ask_for_help(self, needed: HelpNeeded) -> None:
        self._hearing.still_outside(time.time() * 1000)
        self.help_needed = needed
        self._reached(BotState.NEEDS_HELP)

    async def _tick(self) -> None:
        # apart from the looks: a page that is slow to answer must not hold up silence and names
        while True:
            self._hearing.tick(time.time() * 1000)
            await asyncio.sleep(_TICK_S)

    async def _wait_for_admission(self) -> None:
        admitted, refused = Patience(_SURE_OF_ADMISSION), Patience(_SURE_OF_REFUSAL)
        limit_s = self._launch.automatic_leave.max_wait_for_admission / 1000
        began_s = known_s = self._monotonic_s()
        while True:
            look_ms = time.time() * 1000
            view = await self._door.look()
            judgement = self._platform.judge_admission(view)
            now_s = self._monotonic_s()
            sure_in, sure_out = admitted.sure(judgement, now_s), refused.sure(judgement, now_s)
            if judgement.stage is Stage.IN_MEETING:
                if sure_in:
                    return
            elif judgement.outcome is not None:
                if sure_out:
                    raise JoinError(judgement.outcome, judgement.reason)
            else:
                self._hearing.still_outside(look_ms)
                if judgement.stage is Stage.LOBBY:
                    self._reached(BotState.AWAITING_ADMISSION)
            if judgement.stage is not Stage.UNKNOWN and judgement.stage is not Stage.PREJOIN:
                known_s = now_s
            if judgement.stage is Stage.CONSENT:
                await self._platform.tidy(self._door, view)
            elif judgement.stage in {Stage.UNKNOWN, Stage.PREJOIN}:
                await self._page.stir()
            self._check_patience(now_s - began_s, limit_s, now_s - known_s, judgement)
            await self._page.pause(_LOBBY_LOOK_S)

    @staticmethod
    def _check_patience(
        waited_s: float, limit_s: float, lost_s: float, judgement: Judgement
    ) -> None:
        if waited_s >= limit_s:
            raise JoinError(judgement.waited_out, "lobby: nobody let the bot in in time")
        if lost_s >= _LOST_ON_PAGE_S:
            raise JoinError(Outcome.PAGE_CHANGED, f"lobby: {judgement.reason}")

    async def _stay(self) -> None:
        over = Patience(_SURE_OF_END)
        rules = LeaveRules(self._launch.automatic_leave, self._monotonic_s())
        self._seen_s = self._monotonic_s()
        while True:
            await self._look(over, rules)
            await self._page.pause(_STAY_LOOK_S)

    async def _look(self, over: Patience, rules: LeaveRules) -> None:
        view = await self._page.look()
        judgement = self._platform.judge_stay(view)
        now_s = self._monotonic_s()
        if judgement.outcome is not None and not judgement.stands_s:
            self._told = self._told or JoinError(judgement.outcome, judgement.reason)
        if over.sure(judgement, now_s) and judgement.outcome is not None:
            # a page may tell its end for a moment only, and then stand where no meeting is
            told = self._told if judgement.stands_s else None
            raise told or JoinError(judgement.outcome, judgement.reason)
        await self._platform.tidy(self._page, view)
        if judgement.stage is Stage.IN_MEETING:
            self._seen_s, self._told = now_s, None
            await self._notice.post_if_due(now_s)
        else:
            await self._page.stir()
        self._check_senses(now_s)
        self._check_connection(now_s)
        is_in = judgement.stage is Stage.IN_MEETING
        others = self._others(view) if is_in else None
        can_hear = is_in and not self._is_cut_off()
        leave = rules.judge(now_s, others, self._hearing.silent_s if can_hear else 0.0)
        if leave is not None:
            raise JoinError(leave, "stay: automatic leave")

    def _check_senses(self, now_s: float) -> None:
        if now_s - max(self._seen_s, self._hearing.heard_s) >= _BLIND_AND_DEAF_S:
            raise JoinError(Outcome.PAGE_DEAD, "stay: neither the meeting nor a sound for long")

    def _check_connection(self, now_s: float) -> None:
        if not self._is_cut_off():
            self._cut_off_from_s = None
        elif self._cut_off_from_s is None:
            self._cut_off_from_s = now_s
        elif now_s - self._cut_off_from_s >= _CUT_OFF_S:
            raise JoinError(Outcome.NETWORK_LOST, "stay: no connection to the meeting")

    def _others(self, view: PageView) -> int | None:
        shown = self._platform.people_shown(view)
        self._roster.mark_self(person.device_id for person in shown if person.is_self)
        # the larger of two counts: to leave a meeting with people in it is the worse mistake
        counts = [self._roster.people_present()] if self._roster.known else []
        if any(person.is_self for person in shown):
            people = [one for one in shown if not self._roster.is_screen(one.device_id)]
            others = [person for person in people if not person.is_self]
            counts.append(sum(not is_note_taker(person.name) for person in others))
        return max(counts, default=None)
