"""Tells a meeting in its chat what the bot is there for: until it stands there, and never twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger(__name__)

#: Pauses after tries that failed, seconds; then it is given up. Our own choice: dialogs that lie
#: over a chat are put away one a second, and a page that is busy comes to itself within a minute.
_PAUSES_S = (2.0, 4.0, 8.0, 16.0, 32.0)


class Notice:
    """One notice. `posted`: whether it is in the chat; None while it was not tried.

    Args:
        text: what is posted; None or empty for nothing.
        post: `Platform.post_chat` on the bot's page.
    """

    def __init__(self, text: str | None, post: Callable[[str], Awaitable[bool | None]]) -> None:
        self._text = text
        self._post = post
        self._pauses_s = iter(_PAUSES_S)
        self._next_s: float | None = 0.0 if text else None
        self.posted: bool | None = None

    async def post_if_due(self, now_s: float) -> None:
        """Try, if it is time to: `now_s`, monotonic. Call it while the bot is in the meeting."""
        if self._text is None or self._next_s is None or now_s < self._next_s:
            return
        done = await self._post(self._text)
        self.posted = done is True
        pause_s = None if done is not False else next(self._pauses_s, None)
        self._next_s = None if pause_s is None else now_s + pause_s
        _log.info("notice_posted", posted=self.posted, will_try_again=self._next_s is not None)
