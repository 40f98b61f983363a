"""Is an admitted bot still in the meeting? Only a specific text or state says no.

Pure. Anyone can write these texts into the chat, so they count only when the application says that
the bot is not joined. "You have been disconnected" passes by itself and is no end.
"""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage
from vexa.platforms.jitsi import selectors

#: Not joined for so long is an end: a reconnect takes up to six seconds (public bots, 2026-09).
_GONE_S = 8.0


def judge_stay(view: PageView) -> Judgement:
    """Say whether the bot is still in."""
    if view.state.get("joined") is True:
        return Judgement(Stage.IN_MEETING)
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
