"""Has Jitsi let the bot in? The lobby is ruled out first; admission then needs positive proof.

Pure: a view in, a judgement out. Proof is the application's own word, `isJoined`; the toolbar
counts only on a page without that application. Texts of refusal count only while the bot is not
joined, for anyone in a meeting can write them into its chat.
"""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage
from vexa.platforms.jitsi import selectors
from vexa.platforms.jitsi.removal import Kick

_REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str], ...] = (
    (selectors.DENIED_TEXTS, Outcome.DENIED, "lobby: request rejected"),
    (selectors.KICKED_TEXTS, Outcome.DENIED, "page: kicked before the admission"),
    (selectors.ENDED_TEXTS, Outcome.MEETING_ENDED, "lobby: the meeting ended"),
    (selectors.NOT_ALLOWED_TEXTS, Outcome.SIGN_IN_REQUIRED, "page: guests are not allowed"),
)


def judge_admission(view: PageView, kick: Kick | None = None) -> Judgement:
    """Say where the bot is after it went to the room. `kick`: what was told of one so far."""
    if view.state.get("joined") is True:
        if view.has("lobby") or view.state.get("in_lobby") is True:
            return Judgement(Stage.LOBBY, "lobby over the meeting")
        return Judgement(Stage.IN_MEETING, "joined, says the application")
    if kick is not None:
        return Judgement(Stage.OVER, kick.reason, Outcome.DENIED)
    for texts, outcome, reason in _REFUSALS:
        if view.says(texts):
            return Judgement(Stage.OVER, reason, outcome)
    return _judge_outside(view)


def _judge_outside(view: PageView) -> Judgement:
    if view.has("password") or view.has("lobby_password"):
        return Judgement(Stage.CONSENT, "asks for a password")
    if view.has("knock_button") or view.has("guest_button"):
        return Judgement(Stage.CONSENT, "asks who the guest is")
    if view.has("prejoin") or view.has("join_button"):
        return Judgement(Stage.PREJOIN, "join button shown")
    if _is_not_started(view):
        return Judgement(
            Stage.LOBBY, "waits for somebody who may begin", waited_out=Outcome.NOT_STARTED
        )
    if _is_lobby(view):
        return Judgement(Stage.LOBBY, "lobby")
    if view.has("leave_button") and view.state.get("app") is not True:
        return Judgement(Stage.IN_MEETING, "toolbar, and no application to ask")
    if view.says(selectors.DECLINED_TEXTS):
        # last: a lobby and a meeting have a chat, and a page before them tells of devices
        return Judgement(Stage.OVER, "page: declined", Outcome.DENIED)
    return Judgement(Stage.UNKNOWN, "nothing known on the page")


def _is_lobby(view: PageView) -> bool:
    told = any(view.state.get(name) is True for name in ("knocking", "in_lobby", "members_only"))
    return told or view.has("lobby") or view.says(selectors.LOBBY_TEXTS) is not None


def _is_not_started(view: PageView) -> bool:
    if view.says(selectors.NOT_STARTED_TEXTS):
        return True
    # meet.jit.si says it on the console alone, and has no lobby then
    refused = any(selectors.MEMBERS_ONLY in line for line in view.console)
    in_lobby = view.has("lobby") or view.state.get("knocking") is True
    return refused and not in_lobby and view.state.get("in_lobby") is not True
