"""A notice is tried until it stands in the chat, within bounds, and never posted twice."""

from __future__ import annotations

import pytest

from vexa.bot.notice import Notice


class ChatOf:
    """A chat that answers as it is told to, then for ever as at last."""

    def __init__(self, *answers: bool | None) -> None:
        self._answers = list(answers)
        self.tries: list[str] = []

    async def post(self, text: str) -> bool | None:
        self.tries.append(text)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


async def stay(notice: Notice, length_s: int) -> None:
    """Look once a second."""
    for now_s in range(1_000, 1_000 + length_s):
        await notice.post_if_due(float(now_s))


@pytest.mark.parametrize(
    ("answers", "tries", "posted"),
    [
        ((True,), 1, True),
        ((False, False, True), 3, True),
        ((False,), 6, False),
        # nobody knows whether it is there: to try again might post it twice
        ((None,), 1, False),
        ((False, None), 2, False),
    ],
)
async def test_it_is_tried_while_it_is_surely_not_there(
    answers: tuple[bool | None, ...], tries: int, posted: bool
) -> None:
    chat = ChatOf(*answers)
    notice = Notice("Notes are being taken.", chat.post)
    await stay(notice, 3_600)
    assert chat.tries == ["Notes are being taken."] * tries
    assert notice.posted is posted


@pytest.mark.parametrize("text", [None, ""])
async def test_nothing_to_say_is_never_tried(text: str | None) -> None:
    chat = ChatOf(True)
    notice = Notice(text, chat.post)
    await stay(notice, 60)
    assert (chat.tries, notice.posted) == ([], None)


async def test_tries_lie_apart() -> None:
    chat = ChatOf(False)
    notice = Notice("x", chat.post)
    await stay(notice, 2)
    assert len(chat.tries) == 1
    await stay(notice, 20)
    assert 3 <= len(chat.tries) <= 5
    assert notice.posted is False
