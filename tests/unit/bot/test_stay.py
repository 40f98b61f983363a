"""One stay against a page that is data, on a clock that only the page moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.staged_stay import (
    ALONE,
    BLACK,
    FOUND,
    LOBBY,
    MEETING,
    PREJOIN,
    REMOVED,
    WITHDRAWN,
    StagedPage,
    run,
    tiles,
    view,
)
from vexa.bot.lifecycle import BotState
from vexa.bot.roster import Roster
from vexa.contracts.bot import Account, Cookie
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    Element,
    Entry,
    MeetingPage,
    PageView,
    Person,
    RosterChange,
    plain,
)
from vexa.platforms.teams.platform import Teams

IN = [BotState.JOINING, BotState.ACTIVE]


async def test_the_lobby_with_its_toolbar_and_preview_is_waited_in(tmp_path: Path) -> None:
    page = StagedPage((400, LOBBY), (20, MEETING), (0, REMOVED))
    told = await run(page, tmp_path)
    assert told.states.count(BotState.ACTIVE) == 1
    assert told.states[1] is BotState.AWAITING_ADMISSION
    assert told.end.outcome is Outcome.REMOVED
    assert page.since_s >= 420
    # to load the page again is to knock again, behind everybody else
    assert page.opened == 1


async def test_the_lobby_is_left_when_its_time_is_over(tmp_path: Path) -> None:
    page = StagedPage((0, LOBBY))
    told = await run(page, tmp_path, max_wait_for_admission=60_000)
    assert told.end.outcome is Outcome.KNOCK_TIMED_OUT
    assert page.since_s == pytest.approx(60, abs=2)
    assert BotState.ACTIVE not in told.states


async def test_one_glimpse_is_no_admission_and_one_of_a_refusal_no_refusal(tmp_path: Path) -> None:
    glimpse, denied = 0.3, view("You were denied")
    page = StagedPage((3, LOBBY), (glimpse, MEETING), (3, LOBBY), (glimpse, denied), (0, LOBBY))
    told = await run(page, tmp_path, max_wait_for_admission=30_000)
    assert told.end.outcome is Outcome.KNOCK_TIMED_OUT
    assert BotState.ACTIVE not in told.states


async def test_a_refusal_is_seen_though_another_screen_takes_its_place(tmp_path: Path) -> None:
    denied = view("Someone in the call denied your request to join")
    page = StagedPage((600, LOBBY), (2, denied), (0, view("Return to home screen")))
    told = await run(page, tmp_path, max_wait_for_admission=900_000)
    assert told.end.outcome is Outcome.DENIED
    assert page.since_s < 603


async def test_a_knock_that_meet_withdraws_is_made_once_more(tmp_path: Path) -> None:
    page = StagedPage((600, LOBBY), (0, WITHDRAWN))
    page.after_next_open = ((60, LOBBY), (20, MEETING), (0, REMOVED))
    told = await run(page, tmp_path, max_wait_for_admission=900_000)
    assert page.opened == 2
    reached = list(dict.fromkeys(told.states))
    assert reached == [BotState.JOINING, BotState.AWAITING_ADMISSION, BotState.ACTIVE]
    assert told.end.outcome is Outcome.REMOVED


@pytest.mark.parametrize(
    ("second", "least_s"), [(((60, LOBBY), (0, WITHDRAWN)), 660), (((0, LOBBY),), 900)]
)
async def test_two_knocks_that_nobody_answers_end_in_the_time_of_one_wait(
    tmp_path: Path, second: tuple[tuple[float, PageView], ...], least_s: float
) -> None:
    page = StagedPage((600, LOBBY), (0, WITHDRAWN))
    page.after_next_open = second
    began_s = page.now_s
    told = await run(page, tmp_path, max_wait_for_admission=900_000)
    assert page.opened == 2
    assert told.end.outcome is Outcome.KNOCK_TIMED_OUT
    assert least_s <= page.now_s - began_s < least_s + 10


async def test_a_screen_that_flashes_makes_no_second_knock(tmp_path: Path) -> None:
    page = StagedPage((60, LOBBY), (0.3, WITHDRAWN), (60, LOBBY), (20, MEETING), (0, REMOVED))
    told = await run(page, tmp_path)
    assert page.opened == 1
    assert told.end.outcome is Outcome.REMOVED


async def test_a_captcha_before_the_second_knock_calls_for_help(tmp_path: Path) -> None:
    page = StagedPage((600, LOBBY), (0, WITHDRAWN))
    page.after_next_open = ((20, MEETING), (0, REMOVED))
    page.ready_again = (30, CAPTCHA)
    told = await run(page, tmp_path, help_wait_s=120)
    assert BotState.NEEDS_HELP in told.states
    assert told.end.outcome is Outcome.REMOVED


async def test_a_page_that_nobody_knows_is_a_changed_page(tmp_path: Path) -> None:
    page = StagedPage((5, LOBBY), (0, BLACK))
    told = await run(page, tmp_path)
    assert told.end.outcome is Outcome.PAGE_CHANGED
    assert page.stirred
    assert 60 <= page.since_s < 70


CHALLENGE = {"captcha": (Element(width_px=300, height_px=400),)}
CAPTCHA = view("", **CHALLENGE)


class ChallengedPage(StagedPage):
    """Has a challenge over its name field for some time."""

    def __init__(self, length_s: float, *plan: tuple[float, PageView]) -> None:
        super().__init__(*plan)
        self.opened_s = self.now_s
        self._solved_s = self.now_s + length_s

    async def look(self) -> PageView:
        if self.now_s < self._solved_s:
            return view("", name_input=FOUND, join_button=FOUND, **CHALLENGE)
        return await super().look()

    async def click(self, selector: str) -> bool:
        assert self.now_s >= self._solved_s, "pressed at a challenge"
        return await super().click(selector)


@pytest.mark.parametrize("help_wait_s", [0, 40])
async def test_a_captcha_that_nobody_solves_is_named_when_its_time_is_over(
    tmp_path: Path, help_wait_s: int
) -> None:
    for page in (StagedPage((5, LOBBY), (0, CAPTCHA)), ChallengedPage(900, (0, MEETING))):
        told = await run(page, tmp_path, help_wait_s=help_wait_s)
        assert told.end.outcome is Outcome.CAPTCHA
        assert (BotState.NEEDS_HELP in told.states) is (help_wait_s > 0)
        assert BotState.ACTIVE not in told.states
        assert page.now_s - 1_000 == pytest.approx(help_wait_s + 5, abs=6)


async def test_the_join_goes_on_by_itself_when_the_captcha_is_solved(tmp_path: Path) -> None:
    page = ChallengedPage(100, (5, MEETING), (0, REMOVED))
    told = await run(page, tmp_path, help_wait_s=120)
    assert told.states[0] is BotState.JOINING
    assert set(told.states[1:-1]) == {BotState.NEEDS_HELP}
    assert told.states[-1] is BotState.ACTIVE
    assert told.end.outcome is Outcome.REMOVED


async def test_a_captcha_between_two_looks_at_the_lobby_leads_back_to_it(tmp_path: Path) -> None:
    page = StagedPage((5, LOBBY), (70, CAPTCHA), (0, LOBBY))
    told = await run(page, tmp_path, help_wait_s=120, max_wait_for_admission=90_000)
    assert told.states[-1] is BotState.AWAITING_ADMISSION
    assert BotState.NEEDS_HELP in told.states
    assert told.end.outcome is Outcome.KNOCK_TIMED_OUT


async def test_a_glimpse_of_a_captcha_calls_nobody(tmp_path: Path) -> None:
    page = StagedPage((5, LOBBY), (0.9, CAPTCHA), (5, LOBBY), (5, MEETING), (0, REMOVED))
    told = await run(page, tmp_path, help_wait_s=0)
    assert BotState.NEEDS_HELP not in told.states
    assert told.end.outcome is Outcome.REMOVED


async def test_captchas_one_after_the_other_share_their_time(tmp_path: Path) -> None:
    plan = [(20, CAPTCHA), (2, BLACK)] * 10
    page = StagedPage((1, LOBBY), *plan)
    told = await run(page, tmp_path, help_wait_s=50)
    assert told.end.outcome is Outcome.CAPTCHA
    assert 50 < page.since_s < 80


async def test_a_meeting_out_of_sight_for_a_while_is_no_end(tmp_path: Path) -> None:
    page = StagedPage((10, MEETING), (100, BLACK), (20, MEETING), (0, REMOVED))
    told = await run(page, tmp_path)
    assert told.states == IN
    assert told.end.outcome is Outcome.REMOVED


async def test_a_page_that_stays_black_in_silence_is_dead(tmp_path: Path) -> None:
    page = StagedPage((10, MEETING), (0, BLACK))
    told = await run(page, tmp_path)
    assert told.end.outcome is Outcome.PAGE_DEAD
    assert 120 <= page.since_s < 140


async def test_a_removal_that_is_taken_back_at_once_removes_nobody(tmp_path: Path) -> None:
    page = StagedPage((10, MEETING), (1.5, REMOVED), (20, ALONE), (0, ALONE))
    told = await run(page, tmp_path, max_time_left_alone=5_000)
    assert told.end.outcome is Outcome.LEFT_ALONE


ELSEWHERE = replace(view(), url="https://workspace.google.com/")


async def test_a_removal_told_for_a_moment_is_why_the_page_left_the_meeting(tmp_path: Path) -> None:
    told = await run(StagedPage((10, MEETING), (1.5, REMOVED), (0, ELSEWHERE)), tmp_path)
    assert told.end.outcome is Outcome.REMOVED
    page = StagedPage((10, MEETING), (1.5, REMOVED), (10, MEETING), (0, ELSEWHERE))
    told = await run(page, tmp_path)
    assert told.end.outcome is Outcome.MEETING_ENDED


async def test_the_longest_stay_ends_a_lively_meeting(tmp_path: Path) -> None:
    page = StagedPage((0, MEETING))
    told = await run(page, tmp_path, max_bot_time=90_000)
    assert told.end.outcome is Outcome.MAX_TIME
    assert page.since_s == pytest.approx(90, abs=4)


async def test_silence_ends_a_stay_only_in_sight_and_in_reach(tmp_path: Path) -> None:
    page = StagedPage((60, MEETING), (50, BLACK), (0, MEETING))
    told = await run(
        page, tmp_path, is_cut_off=lambda: 100 < page.since_s < 130, silence_timeout=70_000
    )
    assert told.end.outcome is Outcome.SILENCE
    assert page.since_s >= 130


async def test_broken_connections_end_the_stay_after_some_time(tmp_path: Path) -> None:
    page = StagedPage((0, MEETING))
    told = await run(page, tmp_path, is_cut_off=lambda: page.since_s > 100)
    assert told.end.outcome is Outcome.NETWORK_LOST
    assert 145 <= page.since_s < 150
    page = StagedPage((80, MEETING), (0, REMOVED))
    told = await run(page, tmp_path, is_cut_off=lambda: 20 < page.since_s < 60 or page.since_s > 70)
    assert told.end.outcome is Outcome.REMOVED


@pytest.mark.parametrize(
    ("names", "shown"),
    [((), MEETING), (("Ada",), ALONE), (("Ada",), view("", present_button=FOUND))],
)
async def test_company_that_either_roster_or_page_knows_is_not_left(
    tmp_path: Path, names: tuple[str, ...], shown: PageView
) -> None:
    roster = Roster()
    own = Person("devices/0", "Notetaker", is_self=True)
    others = [Person(f"devices/{n}", name) for n, name in enumerate(names, 1)]
    roster.apply(RosterChange((own, *others)))
    page = StagedPage((300, shown), (0, REMOVED))
    told = await run(
        page, tmp_path, roster=roster, max_time_left_alone=5_000, no_one_joined_timeout=60_000
    )
    assert told.end.outcome is Outcome.REMOVED


async def test_a_screen_that_somebody_shares_is_nobody(tmp_path: Path) -> None:
    own = Person("devices/0", "Notetaker", is_self=True)
    screen = Person("devices/1", "Ada", parent_device_id="devices/9")
    roster = Roster()
    roster.apply(RosterChange((own, screen)))
    page = StagedPage((0, view("", **tiles("Ada (Presentation)"))))
    told = await run(page, tmp_path, roster=roster, no_one_joined_timeout=5_000)
    assert told.end.outcome is Outcome.NO_ONE_JOINED


async def test_somebody_of_the_bots_name_who_leaves_takes_the_bot_nowhere(tmp_path: Path) -> None:
    page = StagedPage((30, view("", **tiles("Notetaker"))), (60, ALONE), (0, REMOVED))
    told = await run(page, tmp_path, max_time_left_alone=600_000)
    assert told.end.outcome is Outcome.REMOVED
    assert page.since_s >= 90


class AtTeams(Teams):
    """Has knocked when the page's plan begins."""

    def __init__(self, page: StagedPage) -> None:
        super().__init__()
        self._staged = page

    async def knock(self, page: MeetingPage, entry: Entry) -> None:
        self._company.bot_name = entry.bot_name
        self._staged.begin()


def at_teams(*names: str, **found: tuple[Element, ...]) -> PageView:
    """Teams' stage with a tile for each name."""
    shown = {"leave_button": FOUND, "stage": FOUND, **found}
    shown["tile"] = tuple(Element(name, mark=name) for name in names)
    return PageView("https://teams.microsoft.com/v2/", "", shown)


@pytest.mark.parametrize("tiles_left", [(), ("Notetaker",)])
async def test_a_badge_that_goes_while_somebody_shares_leaves_nobody_alone(
    tmp_path: Path, tiles_left: tuple[str, ...]
) -> None:
    talk = at_teams("Ada", "Notetaker", count_badge=(Element("2"),))
    share = at_teams(*tiles_left, share_tile=FOUND)
    end = PageView(
        "https://teams.microsoft.com/v2/", plain("You've been removed from this meeting")
    )
    page = StagedPage((20, talk), (300, share), (0, end))
    told = await run(page, tmp_path, platform=AtTeams(page), max_time_left_alone=5_000)
    assert told.end.outcome is Outcome.REMOVED
    page = StagedPage((20, talk), (0, at_teams("Notetaker", count_badge=(Element("1"),))))
    told = await run(page, tmp_path, platform=AtTeams(page), max_time_left_alone=5_000)
    assert told.end.outcome is Outcome.LEFT_ALONE


async def test_company_is_seen_on_the_page_when_the_roster_tells_nothing(tmp_path: Path) -> None:
    page = StagedPage((300, MEETING), (0, ALONE))
    told = await run(page, tmp_path, max_time_left_alone=5_000, no_one_joined_timeout=60_000)
    assert told.end.outcome is Outcome.LEFT_ALONE
    assert page.since_s > 300


@pytest.mark.parametrize("in_roster", [True, False])
async def test_a_meeting_of_note_takers_only_is_left(tmp_path: Path, in_roster: bool) -> None:
    roster = Roster()
    if in_roster:
        own = Person("devices/0", "Notetaker", is_self=True)
        roster.apply(RosterChange((own, Person("devices/1", "Ada's Fathom Notetaker"))))
    page = StagedPage((60, MEETING), (0, view("", **tiles("Ada's Fathom Notetaker"))))
    told = await run(page, tmp_path, roster=roster, max_time_left_alone=5_000)
    assert told.end.outcome is Outcome.LEFT_ALONE
    assert 60 < page.since_s < 80


@pytest.mark.parametrize("signed_in", [True, False])
async def test_a_sign_in_page_means_another_thing_to_a_bot_with_an_account(
    tmp_path: Path, signed_in: bool
) -> None:
    cookie = Cookie(name="SID", value="s", domain=".google.com")
    account = Account(cookies=[cookie]) if signed_in else None
    elsewhere = PageView("https://accounts.google.com/v3/signin", "", {})
    page = StagedPage((0, elsewhere))
    page.ready = view(join_button=FOUND) if signed_in else PREJOIN
    told = await run(page, tmp_path, account=account)
    expected = Outcome.ACCOUNT_SIGNED_OUT if signed_in else Outcome.SIGN_IN_REQUIRED
    assert told.end.outcome is expected


class PageWithChat(StagedPage):
    """Has a chat, over which something else lies for some time after the admission."""

    def __init__(self, covered_s: float, *plan: tuple[float, PageView]) -> None:
        super().__init__(*plan)
        self.chat: list[str] = []
        self._covered_s = covered_s
        self._written = ""
        self._is_open = False

    async def click(self, selector: str) -> bool:
        if "Chat with everyone" not in selector or not self._pressed:
            return await super().click(selector)
        if self.since_s < self._covered_s:
            return False
        self._is_open = not self._is_open
        return True

    async def paste(self, selector: str, text: str) -> bool:
        self._written = text if self._is_open else ""
        return self._is_open

    async def press(self, key: str) -> None:
        if key == "Enter" and self._is_open and self._written:
            self.chat.append(self._written)
            self._written = ""


async def test_a_notice_is_posted_when_what_lay_over_the_chat_is_gone(tmp_path: Path) -> None:
    for covered_s in (0, 9):
        page = PageWithChat(covered_s, (60, MEETING), (0, REMOVED))
        told = await run(page, tmp_path, notice="Notes are being taken.")
        assert page.chat == ["Notes are being taken."]
        assert told.notice_posted is True


async def test_a_notice_without_a_chat_is_given_up_and_told_so(tmp_path: Path) -> None:
    page = PageWithChat(1_000, (900, MEETING), (100, MEETING), (0, REMOVED))
    told = await run(page, tmp_path, notice="Notes are being taken.")
    assert told.end.outcome is Outcome.REMOVED
    assert (page.chat, told.notice_posted) == ([], False)


async def test_no_notice_is_none_that_was_tried(tmp_path: Path) -> None:
    page = PageWithChat(0, (20, MEETING), (0, REMOVED))
    assert (await run(page, tmp_path)).notice_posted is None
    assert page.chat == []
