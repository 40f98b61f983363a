"""What stands before a room is answered, each thing once, on a page that is data."""

from __future__ import annotations

import pytest

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, Entry, PageView, plain
from vexa.platforms.jitsi import page_code
from vexa.platforms.jitsi.doorway import Doorway
from vexa.platforms.jitsi.join import knock
from vexa.platforms.jitsi.leave import leave, post_chat

URL = "https://meet.jit.si/standup"
FOUND = (Element(),)


class Page:
    """Notes what was done; shows one view after the other, the last for ever."""

    def __init__(self, *views: PageView) -> None:
        self.views = list(views)
        self.acts: list[str] = []
        self.waited_s = 0.0
        self.has_app = True
        self.is_busy = False

    async def open(self, url: str) -> None:
        assert url.startswith(URL)

    async def look(self) -> PageView:
        return self.views.pop(0) if len(self.views) > 1 else self.views[0]

    async def click(self, selector: str) -> bool:
        self.acts.append(f"click {selector}")
        return True

    async def type_text(self, selector: str, text: str) -> bool:
        self.acts.append(f"type {text}")
        return True

    async def paste(self, selector: str, text: str) -> bool:
        return await self.type_text(selector, text)

    async def press(self, key: str) -> None:
        self.acts.append(f"press {key}")

    async def run(self, script: str, argument: str | None = None) -> bool:
        if script == page_code.HAS_CHAT:
            return self.has_app
        self.acts.append("hangup" if "hangup" in script else f"chat {argument}")
        return self.has_app and not self.is_busy

    async def stir(self) -> None:
        """Nothing happens."""

    async def pause(self, seconds: float) -> None:
        self.waited_s += seconds


def view(text: str = "", *probes: str, **state: bool) -> PageView:
    return PageView(URL, plain(text), dict.fromkeys(probes, FOUND), (), {"app": True, **state})


def did(page: Page, part: str) -> int:
    return sum(part in act for act in page.acts)


async def go(page: Page, passcode: str | None = None) -> Doorway:
    doorway = Doorway(Entry(URL, "Notetaker", passcode))
    await knock(page, doorway)
    return doorway


async def test_landing_prejoin_and_lobby_are_passed_in_turn() -> None:
    page = Page(
        view("", "guest_button"),
        view("", "prejoin", "join_button", "name_input", "consent_box"),
        view("", "lobby", "knock_button", "lobby_name"),
        view("Asking to join meeting...", "lobby", knocking=True),
    )
    await go(page)
    assert did(page, "Continue as guest") == 1
    assert did(page, "checkbox") == 1
    assert did(page, "prejoin.joinMeeting") == 1
    assert did(page, "lobby.knockButton") == 1
    assert did(page, "type Notetaker") == 2


async def test_a_password_is_given_once() -> None:
    page = Page(view("", "password"), view("", "password"), view(), view(joined=True))
    await go(page, "s3cret")
    assert page.acts.count("type s3cret") == 1
    assert page.acts[-1] == "press Enter"


@pytest.mark.parametrize(
    "after",
    [
        (view(), view("", "password")),
        (view("Incorrect password", "password"),),
        (view("", "password"),),
    ],
)
async def test_a_password_that_was_not_taken_is_an_end(after: tuple[PageView, ...]) -> None:
    page = Page(view("", "password"), *after)
    with pytest.raises(JoinError) as refused:
        await go(page, "wrong")
    assert refused.value.outcome is Outcome.PASSCODE_WRONG
    assert page.acts.count("type wrong") == 1


async def test_a_password_that_nobody_gave_is_an_end() -> None:
    with pytest.raises(JoinError) as refused:
        await go(Page(view("", "password")))
    assert refused.value.outcome is Outcome.PASSCODE_WRONG


async def test_a_password_opens_the_lobby() -> None:
    page = Page(
        view("", "lobby", "knock_button", "lobby_has_password"),
        view("", "lobby", "lobby_password"),
        view(joined=True),
    )
    await go(page, "s3cret")
    assert did(page, "lobby.enterPasswordButton") == 1
    assert did(page, "lobby.passwordJoinButton") == 1
    assert did(page, "lobby.knockButton") == 0


async def test_without_a_password_one_knocks() -> None:
    page = Page(view("", "lobby", "knock_button", "lobby_has_password"), view(knocking=True))
    await go(page)
    assert did(page, "lobby.knockButton") == 1


async def test_a_join_button_that_does_nothing_is_a_changed_page() -> None:
    with pytest.raises(JoinError) as refused:
        await go(Page(view("", "prejoin", "join_button", "join_error")))
    assert refused.value.outcome is Outcome.PAGE_CHANGED


async def test_a_page_that_nobody_knows_is_a_changed_page() -> None:
    page = Page(view())
    with pytest.raises(JoinError) as refused:
        await go(page)
    assert refused.value.outcome is Outcome.PAGE_CHANGED
    assert page.waited_s >= 60


async def test_one_glimpse_of_a_refusal_is_none_and_two_are() -> None:
    denied = view("Your join request was rejected by a moderator.")
    await go(Page(denied, view(joined=True)))
    with pytest.raises(JoinError) as refused:
        await go(Page(denied))
    assert refused.value.outcome is Outcome.DENIED


async def test_nothing_is_answered_inside() -> None:
    page = Page(view())
    doorway = await go(Page(view(joined=True)))
    assert not await doorway.answer(page, view("", "password", joined=True))
    assert page.acts == []


async def test_leaving_and_chat_are_the_applications_own() -> None:
    page = Page(view(joined=True))
    assert await post_chat(page, "I take notes.")
    await leave(page)
    assert page.acts == ["chat I take notes.", "hangup"]
    page.has_app = False
    await leave(page)
    assert did(page, "Leave the meeting") == 1
    assert await post_chat(page, "x") is False
    assert "chat x" not in page.acts
    # a page that got busy may still send it: to try again could say it twice
    page.has_app, page.is_busy = True, True
    assert await post_chat(page, "x") is None
