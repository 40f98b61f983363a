"""Is an admitted bot still in the meeting? Only a specific text or state says no.

Pure. A participant can write any text into the chat or take one for a name, so a text counts only
in the title of Zoom's own dialogs, or when the meeting is no longer on the page. Controls that hide
themselves, and a count that cannot be read, end nothing.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage
from vexa.platforms.told_ends import Ends, told_end
from vexa.platforms.zoom import selectors
from vexa.platforms.zoom.address import is_ours
from vexa.platforms.zoom.admission import dialog_text, shows_meeting

ENDS: Ends = (
    (selectors.REMOVED_TEXTS, Outcome.REMOVED, "page: removed from the meeting"),
    (selectors.ENDED_TEXTS, Outcome.MEETING_ENDED, "page: the meeting ended"),
    (selectors.WALL_TEXTS, Outcome.BOTS_NOT_ALLOWED, "page: automated guests must use Zoom RTMS"),
)
#: Paths that the client goes through while it is in a meeting (public bots, 2026-09).
_IN_CLIENT = re.compile(r"/wc(-loading)?/.*|/wc/?|.*/videomeeting.*")
#: A page elsewhere is an end after so long: the client itself wanders while it sets up its sound.
_ELSEWHERE_S = 20.0


def judge_stay(view: PageView) -> Judgement:
    """Say whether the bot is still in."""
    told = told_end(dialog_text(view), ENDS)
    if told is not None:
        return told
    if shows_meeting(view):
        return Judgement(Stage.IN_MEETING)
    told = told_end(view.text, ENDS)
    if told is not None:
        return told
    path = urlsplit(view.url).path
    if view.url and (not is_ours(view.host) or _IN_CLIENT.fullmatch(path) is None):
        reason = "page: left the meeting's address"
        return Judgement(Stage.OVER, reason, Outcome.MEETING_ENDED, stands_s=_ELSEWHERE_S)
    return Judgement(Stage.UNKNOWN, "page: neither the meeting nor an end")
