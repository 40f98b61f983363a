"""Is an admitted bot still in the meeting? Only a specific text, event or state says no.

Pure. Anyone can write these texts into the chat, so they count only when the application says that
the bot is not joined. "You have been disconnected" passes by itself and is no end. That the bot was
kicked the application tells by an event, which needs no language.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage
from vexa.platforms.jitsi import selectors

#: Not joined for so long is an end: a reconnect takes up to six seconds (public bots, 2026-09).
_GONE_S = 8.0


@dataclass(frozen=True, slots=True)
class Kick:
    """The room put the bot out. `replaced`: because another came in with the bot's own ticket."""

    replaced: bool

    @property
    def reason(self) -> str:
        """The cause, which names no person."""
        by = "by another join with its ticket" if self.replaced else "out of the meeting"
        return f"application: kicked {by}"


def decode_kick(text: str) -> Kick | None:
    """Read one message of `page_code.NEWS`; None when it is about something else.

    Raises:
        ValueError: it is of another form.
    """
    news = json.loads(text)
    if not isinstance(news, dict) or "kicked" not in news:
        return None
    if news["kicked"] is not True or not isinstance(news.get("replaced"), bool):
        raise ValueError("news of another form")
    return Kick(news["replaced"])


def judge_stay(view: PageView, kick: Kick | None = None) -> Judgement:
    """Say whether the bot is still in. `kick`: what the application told of one so far."""
    if view.state.get("joined") is True:
        return Judgement(Stage.IN_MEETING)
    if kick is not None:
        return Judgement(Stage.OVER, kick.reason, Outcome.REMOVED)
    if view.says(selectors.KICKED_TEXTS):
        return Judgement(Stage.OVER, "page: kicked out of the meeting", Outcome.REMOVED)
    if view.says(selectors.DISCONNECTED_TEXTS):
        return Judgement(Stage.UNKNOWN, "page: disconnected for now")
    if view.says(selectors.ENDED_TEXTS):
        return Judgement(Stage.OVER, "page: after the meeting", Outcome.MEETING_ENDED)
    if view.state.get("app") is True:
        reason = "application: no longer joined"
        return Judgement(Stage.OVER, reason, Outcome.MEETING_ENDED, stands_s=_GONE_S)
    if view.has("leave_button"):
        return Judgement(Stage.IN_MEETING)
    return Judgement(Stage.UNKNOWN, "page: neither the meeting nor an exit screen")
