"""Has Teams let the bot in? What rules it out comes first; admission then needs positive proof.

Pure: a view in, a judgement out. Several of the in-call controls are on the lobby's page too, so
the toolbar alone proves nothing, and a pre-join button that is still there proves the contrary.
"""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage
from vexa.platforms.teams import selectors
from vexa.platforms.teams.address import is_ours

#: `Judgement.reason` of what `leave.tidy` answers.
DEVICES_ASKED = "asks about devices"
JOIN_AGAIN = "join button shown again"
RETRY_SHOWN = "retry screen"
#: The same of a page whose challenge bars the way.
CAPTCHA_SHOWN = "captcha"

#: Ends that a text tells, in the order they are tried. A person's no comes before Teams'.
_REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str], ...] = (
    (selectors.DENIED_TEXTS, Outcome.DENIED, "knock: request denied"),
    (selectors.SIGN_IN_TEXTS, Outcome.SIGN_IN_REQUIRED, "page: asks to sign in"),
    (selectors.NOT_FOUND_TEXTS, Outcome.NOT_FOUND, "page: meeting address unknown"),
)


def _over(outcome: Outcome, reason: str, stands_s: float = 0.0) -> Judgement:
    return Judgement(Stage.OVER, reason, outcome, stands_s)


def judge_refusal(view: PageView) -> Judgement | None:
    """Return the end that this page tells, if any. Holds before and after the knock."""
    if view.host in selectors.SIGN_IN_HOSTS:
        return _over(Outcome.SIGN_IN_REQUIRED, f"page: sent to {view.host}")
    for texts, outcome, reason in _REFUSALS:
        if view.says(texts):
            return _over(outcome, reason)
    if view.has("sign_in_form"):
        return _over(Outcome.SIGN_IN_REQUIRED, "page: asks for an account")
    return None


def shows_captcha(view: PageView) -> bool:
    """Tell whether the page asks for proof of being human."""
    return view.has("captcha") or bool(view.says(selectors.CAPTCHA_TEXTS))


def shows_prejoin(view: PageView) -> bool:
    """Tell whether the page still has what comes before the knock."""
    return view.has("join_button") or view.has("join_text_button") or view.has("name_input")


def shows_lobby(view: PageView) -> bool:
    """Tell whether the page says that the bot waits."""
    texts = selectors.LOBBY_TEXTS + selectors.NOT_STARTED_TEXTS
    return view.has("lobby") or bool(view.says(texts))


def judge_admission(view: PageView) -> Judgement:
    """Say where the bot is after its knock."""
    refusal = judge_refusal(view)
    if refusal is not None:
        return refusal
    if view.has("without_devices"):
        return Judgement(Stage.CONSENT, DEVICES_ASKED)
    if shows_captcha(view):
        return Judgement(Stage.UNKNOWN, CAPTCHA_SHOWN)
    if view.says(selectors.RETRY_TEXTS):
        return Judgement(Stage.CONSENT, RETRY_SHOWN, waited_out=Outcome.NETWORK_LOST)
    if shows_prejoin(view):
        return Judgement(Stage.PREJOIN, "pre-join button shown")
    if shows_lobby(view):
        not_started = view.says(selectors.NOT_STARTED_TEXTS)
        waited_out = Outcome.NOT_STARTED if not_started else Outcome.KNOCK_TIMED_OUT
        return Judgement(Stage.LOBBY, "lobby text", waited_out=waited_out)
    if is_in_meeting(view):
        return Judgement(Stage.IN_MEETING, "hang-up button and a part of the meeting")
    return _judge_end_screen(view) or Judgement(Stage.UNKNOWN, "nothing known on the page")


def _judge_end_screen(view: PageView) -> Judgement | None:
    if view.says(selectors.ENDED_TEXTS):
        return _over(Outcome.MEETING_ENDED, "knock: the meeting ended")
    if view.says(selectors.LEFT_TEXTS):
        return _over(Outcome.DENIED, "knock: sent to the exit screen")
    return None


def is_in_meeting(view: PageView) -> bool:
    """Tell whether the page shows what only the meeting itself shows."""
    if not is_ours(view.host) or shows_prejoin(view):
        return False
    return view.has("leave_button") and (
        view.has("tile") or view.has("share_tile") or view.has("stage")
    )


def help_needed(view: PageView, *, signed_in: bool) -> Outcome | None:
    """Return how it ends if nobody solves a challenge, or signs the bot's account in."""
    is_form = view.has("sign_in_form") or view.has("password_form")
    if signed_in and is_form and view.host in selectors.SIGN_IN_HOSTS:
        return Outcome.ACCOUNT_SIGNED_OUT
    return Outcome.CAPTCHA if judge_admission(view).reason == CAPTCHA_SHOWN else None
