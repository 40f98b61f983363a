"""Is an admitted bot still in the meeting? Only a specific text or state says no.

Pure. Alerts, a missing button and a count that cannot be read end nothing. A participant can write
any text into the chat or take one for a name, so a text counts only on the end screen's own title,
or when the meeting is no longer on the page.
"""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage, plain
from vexa.platforms.teams import selectors
from vexa.platforms.teams.address import is_ours
from vexa.platforms.teams.admission import is_in_meeting
from vexa.platforms.teams.signalling import CallEnd
from vexa.platforms.told_ends import Ends, told_end

_ENDS: Ends = (
    (selectors.REMOVED_TEXTS, Outcome.REMOVED, "page: removed from the meeting"),
    (selectors.ENDED_TEXTS, Outcome.MEETING_ENDED, "page: the meeting ended"),
    (selectors.ENCRYPTION_TEXTS, Outcome.NETWORK_LOST, "page: encryption failed"),
    (selectors.LEFT_TEXTS, Outcome.MEETING_ENDED, "page: exit screen"),
)
#: What the signalling says counts by itself when the meeting is off the page for so long, seconds.
_SAID_STANDS_S = 3.0
#: An end screen without a known text is believed after so long, seconds.
_SCREEN_STANDS_S = 5.0
#: A page elsewhere is an end after so long: it tells nothing of why, unlike a text.
_ELSEWHERE_S = 2.0


def judge_stay(view: PageView, said: CallEnd | None = None) -> Judgement:
    """Say whether the bot is still in.

    Args:
        view: what the page shows.
        said: the end that the signalling told of, if it did; it never outweighs a meeting that
            is still on the page.
    """
    titles = " ".join(plain(element.text) for element in view.elements("end_title"))
    told = told_end(titles, _ENDS)
    if told is not None:
        return told
    if is_in_meeting(view):
        return Judgement(Stage.IN_MEETING)
    told = told_end(view.text, _ENDS)
    if told is not None:
        return told
    if view.has("encryption_end"):
        return Judgement(Stage.OVER, "page: encryption failed", Outcome.NETWORK_LOST)
    if said is not None:
        return Judgement(Stage.OVER, f"call: {said.reason}", said.outcome, _SAID_STANDS_S)
    if view.has("rejoin_button"):
        reason = "page: end screen without a reason"
        return Judgement(Stage.OVER, reason, Outcome.MEETING_ENDED, _SCREEN_STANDS_S)
    if view.url and not is_ours(view.host):
        reason = "page: left the meeting's address"
        return Judgement(Stage.OVER, reason, Outcome.MEETING_ENDED, _ELSEWHERE_S)
    return Judgement(Stage.UNKNOWN, "page: neither the meeting nor an end screen")
