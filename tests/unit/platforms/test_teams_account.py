"""The way to the knock with an account, on pages that are data: proved, or not joined."""

from __future__ import annotations

import pytest

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, Entry, MeetingPage, PageView, Stage, plain
from vexa.platforms.teams.join import knock
from vexa.platforms.teams.platform import Teams

URL = "https://teams.microsoft.com/meet/245967981103?p=AbC123dE"
SIGN_IN = "https://login.microsoftonline.com/common/oauth2/authorize"
FOUND = (Element(),)
ENTRY = Entry(URL, "Notetaker", signed_in=True)


class ScriptedPage(MeetingPage):
    """Shows probes from given times on: `(seconds, address, probes, text)`, in order."""

    def __init__(self, *scenes: tuple[float, str, frozenset[str], str]) -> None:
        self.scenes = list(scenes)
        self.opened: list[str] = []
        self.typed: list[str] = []
        self.pressed = 0
        self.waited_s = 0.0

    async def open(self, url: str) -> None:
        self.opened.append(url)

    async def look(self) -> PageView:
        _, url, probes, text = [scene for scene in self.scenes if scene[0] <= self.waited_s][-1]
        shown = set(probes) - ({"join_button"} if self.pressed else set())
        return PageView(url, plain(text), dict.fromkeys(shown, FOUND))

    async def click(self, selector: str) -> bool:
        if "prejoin-join-button" in selector:
            self.pressed += 1
            return True
        return False

    async def type_text(self, selector: str, text: str) -> bool:
        self.typed.append(text)
        return True

    async def paste(self, selector: str, text: str) -> bool:
        return await self.type_text(selector, text)

    async def press(self, key: str) -> None:
        raise AssertionError(key)

    async def run(self, script: str, argument: str | None = None) -> bool:
        return False

    async def stir(self) -> None:
        """Nothing hides."""

    async def pause(self, seconds: float) -> None:
        self.waited_s += seconds


def scene(
    *probes: str, at_s: float = 0.0, url: str = URL, text: str = ""
) -> tuple[float, str, frozenset[str], str]:
    return at_s, url, frozenset(probes), text


OWN = ("join_button", "account")


async def test_an_account_is_joined_with_by_the_way_of_the_sign_in_host_and_without_a_name() -> (
    None
):
    page = ScriptedPage(scene(url=SIGN_IN), scene(*OWN, at_s=8.0))
    await knock(page, ENTRY)
    assert page.opened == [URL]
    assert (page.typed, page.pressed) == ([], 1)


@pytest.mark.parametrize(
    ("scenes", "within_s"),
    [
        ([scene("name_input", "join_button")], 8.0),
        ([scene("name_input", *OWN)], 8.0),
        ([scene("sign_in_button", "join_button")], 8.0),
        ([scene("sign_in_form", url=SIGN_IN)], 3.0),
        ([scene("password_form", url=SIGN_IN)], 3.0),
        ([scene(url=SIGN_IN)], 30.0),
    ],
)
async def test_whoever_is_asked_who_they_are_is_signed_out_and_presses_nothing(
    scenes: list[tuple[float, str, frozenset[str], str]], within_s: float
) -> None:
    page = ScriptedPage(*scenes)
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.ACCOUNT_SIGNED_OUT
    assert (page.typed, page.pressed) == ([], 0)
    assert page.waited_s < within_s


async def test_a_join_button_without_the_accounts_own_control_proves_nothing() -> None:
    page = ScriptedPage(scene("join_button"))
    with pytest.raises(JoinError) as refused:
        await knock(page, ENTRY)
    assert refused.value.outcome is Outcome.PAGE_CHANGED
    assert "account" in refused.value.detail
    assert page.pressed == 0


@pytest.mark.parametrize("form", ["sign_in_form", "password_form"])
async def test_an_account_is_signed_in_on_the_display_and_a_guest_is_not(form: str) -> None:
    asks = PageView(SIGN_IN, "", {form: FOUND})
    for entry, needed in ((ENTRY, Outcome.ACCOUNT_SIGNED_OUT), (Entry(URL, "Bot"), None)):
        teams = Teams()
        with pytest.raises(JoinError):
            await teams.knock(ScriptedPage((0.0, URL, frozenset(), "")), entry)
        assert teams.help_needed(asks) is needed
        # a host that hands the session on asks nobody for anything
        assert teams.help_needed(PageView(SIGN_IN)) is None
        assert teams.help_needed(PageView(URL, "", {form: FOUND})) is None


async def test_a_name_field_that_goes_while_the_page_loads_is_no_signed_out_account() -> None:
    page = ScriptedPage(scene("name_input", "join_button"), scene(*OWN, at_s=3.0))
    await knock(page, ENTRY)
    assert (page.typed, page.pressed) == ([], 1)


async def test_a_form_over_the_page_is_a_refusal() -> None:
    form = "To join, sign in or use Teams on the web"
    with pytest.raises(JoinError) as refused:
        await knock(ScriptedPage(scene(*OWN, text=form)), ENTRY)
    assert refused.value.outcome is Outcome.SIGN_IN_REQUIRED


async def test_a_guest_is_told_from_an_account_and_is_sent_as_one() -> None:
    page = ScriptedPage(scene("name_input", "join_button"))
    await knock(page, Entry(URL, "Notetaker"))
    assert page.opened == [f"{URL}&anon=true"]
    assert (page.typed, page.pressed) == (["Notetaker"], 1)


async def test_a_session_that_is_lost_after_the_knock_is_not_joined_as_a_guest() -> None:
    teams = Teams()
    await teams.knock(ScriptedPage(scene(*OWN)), ENTRY)
    guests = PageView(URL, "", dict.fromkeys(("name_input", "join_button"), FOUND))
    judged = [teams.judge_admission(guests) for _ in range(10)]
    assert [one.outcome for one in judged[-2:]] == [Outcome.ACCOUNT_SIGNED_OUT] * 2
    assert all(one.stage is Stage.PREJOIN for one in judged[:5])
