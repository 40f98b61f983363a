"""Is an admitted bot still in the meeting? Only a specific text or state says no.

Pure. A participant can write any of these texts into the chat or take one for a name, so a text
counts only on the exit screen's own element, or when the meeting is no longer on the page. The
caller asks several times before it believes an end.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage, plain
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.address import CODE, HOST
from vexa.platforms.google_meet.admission import is_in_meeting
from vexa.platforms.told_ends import Ends, told_end

_ENDS: Ends = (
    (selectors.REMOVED_TEXTS, Outcome.REMOVED, "page: removed from the meeting"),
    (selectors.ENDED_TEXTS, Outcome.MEETING_ENDED, "page: the meeting ended"),
    (selectors.LEFT_TEXTS, Outcome.MEETING_ENDED, "page: exit screen"),
)
#: A page elsewhere is an end after so long: it tells nothing of why, unlike a text.
_ELSEWHERE_S = 2.0


def judge_stay(view: PageView) -> Judgement:
    """Say whether the bot is still in."""
    exit_screen = " ".join(plain(element.text) for element in view.elements("end_screen"))
    told = told_end(exit_screen, _ENDS)
    if told is not None:
        return told
    if is_in_meeting(view):
        return Judgement(Stage.IN_MEETING)
    told = told_end(view.text, _ENDS)
    if told is not None:
        return told
    if view.host != HOST or CODE.fullmatch(urlsplit(view.url).path.strip("/")) is None:
        reason = "page: left the meeting's address"
        return Judgement(Stage.OVER, reason, Outcome.MEETING_ENDED, stands_s=_ELSEWHERE_S)
    return Judgement(Stage.UNKNOWN, "page: neither the meeting nor an exit screen")
