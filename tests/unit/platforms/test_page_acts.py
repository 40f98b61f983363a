"""A message into a chat that a button opens: sent once, or surely not at all."""

from __future__ import annotations

import asyncio

import pytest

from vexa.platforms import page_acts
from vexa.platforms.base import PageView
from vexa.platforms.page_acts import Chat

CHAT = Chat(("old button", "button"), ("input",), limit=20)
TEXT = "Notes are being taken."


class ChatPage:
    """A chat whose panel a button opens and closes; what is in its field is sent by Enter."""

    def __init__(self, *, is_open: bool = False, has_button: bool = True) -> None:
        self.is_open = is_open
        self.has_button = has_button
        self.has_field = True
        self.is_stuck = False
        self.field = ""
        self.sent: list[str] = []

    async def open(self, url: str) -> None:
        raise AssertionError(url)

    async def look(self) -> PageView:
        raise AssertionError("nobody looks")

    async def click(self, selector: str) -> bool:
        if self.is_stuck:
            await asyncio.Event().wait()
        if selector == "button" and self.has_button:
            self.is_open = not self.is_open
            return True
        return False

    async def type_text(self, selector: str, text: str) -> bool:
        raise AssertionError("a notice that is typed comes too late for a short meeting")

    async def paste(self, selector: str, text: str) -> bool:
        if not (self.is_open and self.has_field):
            return False
        self.field = text
        return True

    async def press(self, key: str) -> None:
        assert (key, self.is_open) == ("Enter", True)
        self.sent.append(self.field)
        self.field = ""

    async def run(self, script: str, argument: str | None = None) -> bool:
        raise AssertionError(script)

    async def stir(self) -> None:
        """Nothing happens."""

    async def pause(self, seconds: float) -> None:
        """Nothing happens."""


@pytest.mark.parametrize("is_open", [False, True])
async def test_it_is_sent_once_and_the_chat_is_closed(is_open: bool) -> None:
    page = ChatPage(is_open=is_open)
    assert await CHAT.write(page, TEXT)
    assert page.sent == [TEXT[:20]]
    assert not page.is_open


async def test_without_a_button_or_a_field_nothing_is_sent_and_nothing_stays_open() -> None:
    assert not await CHAT.write(ChatPage(has_button=False), TEXT)
    page = ChatPage()
    page.has_field = False
    assert not await CHAT.write(page, TEXT)
    assert (page.sent, page.is_open) == ([], False)
    page.has_field = True
    assert await CHAT.write(page, TEXT)
    assert page.sent == [TEXT[:20]]


async def test_a_page_that_is_stuck_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_acts, "_FILL_S", 0.01)
    page = ChatPage()
    page.is_stuck = True
    assert not await CHAT.write(page, TEXT)
    assert page.sent == []
    # it gets stuck after the text was sent: that is no reason to send it again
    page = ChatPage(is_open=True)
    page.is_stuck = True
    assert await CHAT.write(page, TEXT)
    assert page.sent == [TEXT[:20]]
