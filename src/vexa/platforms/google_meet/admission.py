"""Has Meet let the bot in? The lobby is ruled out first; admission then needs positive proof.

Pure: a view in, a judgement out. What proves nothing, because the lobby or an ordinary toast
shows it too: "Leave call", the toolbar, device toggles, "Return to home screen", `[role=alert]`.
"""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, Judgement, PageView, Stage, plain
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.address import HOST

#: `Judgement.reason` of a page whose challenge bars the way.
CAPTCHA_SHOWN = "captcha"

#: Ends that a text tells, in the order they are tried. A person's no comes before Meet's.
_REFUSALS: tuple[tuple[tuple[str, ...], Outcome, str], ...] = (
    (selectors.KNOCK_TIMED_OUT_TEXTS, Outcome.KNOCK_TIMED_OUT, "knock: nobody answered"),
    (selectors.DENIED_TEXTS, Outcome.DENIED, "knock: request denied"),
    (selectors.NOT_FOUND_TEXTS, Outcome.NOT_FOUND, "page: meeting code unknown"),
    (selectors.BLOCKED_TEXTS, Outcome.BLOCKED, "page: this guest may not join"),
)


def _over(outcome: Outcome, reason: str) -> Judgement:
    return Judgement(Stage.OVER, reason, outcome)


def is_tile_of_person(tile: Element) -> bool:
    """Tell a participant's tile from the lobby's preview, which carries the same attribute."""
    shown = plain(f"{tile.text} {tile.label}")
    return not any(text in shown for text in selectors.PREVIEW_TEXTS)


def judge_refusal(view: PageView) -> Judgement | None:
    """Return the end that this page tells, if any. Holds before and after the knock."""
    if view.host in selectors.SIGN_IN_HOSTS:
        return _over(Outcome.SIGN_IN_REQUIRED, f"page: sent to {view.host}")
    if all(part in " ".join(view.console) for part in selectors.KILLED_BY_MEET):
        return _over(Outcome.BLOCKED, "console: EndCause = 72")
    for texts, outcome, reason in _REFUSALS:
        if view.says(texts):
            return _over(outcome, reason)
    if _asks_to_sign_in(view):
        return _over(Outcome.SIGN_IN_REQUIRED, "page: asks to sign in")
    return None


def _asks_to_sign_in(view: PageView) -> bool:
    headings = " ".join(plain(heading.text) for heading in view.elements("heading"))
    return any(plain(heading) in headings for heading in selectors.SIGN_IN_HEADINGS) and bool(
        view.says(selectors.SIGN_IN_TEXTS)
    )


def shows_captcha(view: PageView) -> bool:
    """Tell a real challenge from the invisible frame that every join has."""
    return any(
        frame.width_px >= selectors.CAPTCHA_MIN_WIDTH_PX
        and frame.height_px >= selectors.CAPTCHA_MIN_HEIGHT_PX
        for frame in view.elements("captcha")
    )


def judge_admission(view: PageView) -> Judgement:
    """Say where the bot is after its knock."""
    refusal = judge_refusal(view)
    if refusal is not None:
        return refusal
    if view.says(selectors.LEFT_TEXTS):
        return _over(Outcome.DENIED, "knock: sent to the exit screen")
    # once in, anyone can write these words into the chat
    if view.says(selectors.ENDED_TEXTS) and not is_in_meeting(view):
        return _over(Outcome.MEETING_ENDED, "knock: the meeting ended")
    if view.says(selectors.LOBBY_TEXTS) or view.has("lobby"):
        return Judgement(Stage.LOBBY, "lobby text")
    if _consent_asked(view):
        return Judgement(Stage.CONSENT, "consent dialog")
    if shows_captcha(view):
        return Judgement(Stage.UNKNOWN, CAPTCHA_SHOWN)
    if view.has("join_button") or (view.has("name_input") and not view.has("present_button")):
        return Judgement(Stage.PREJOIN, "join button shown")
    if is_in_meeting(view):
        return Judgement(Stage.IN_MEETING, "participant tile or present button")
    return Judgement(Stage.UNKNOWN, "nothing known on the page")


def is_in_meeting(view: PageView) -> bool:
    """Tell whether the page shows what only the meeting itself shows."""
    if view.host != HOST:
        return False
    tiles = any(is_tile_of_person(tile) for tile in view.elements("tile"))
    return tiles or view.has("present_button")


def _consent_asked(view: PageView) -> bool:
    return any(
        plain(phrase) in plain(dialog.text)
        for dialog in view.elements("dialog")
        for phrase in selectors.CONSENT_TEXTS
    )


def help_needed(view: PageView, *, signed_in: bool) -> Outcome | None:
    """Return how it ends if nobody solves a challenge, or signs the bot's account in."""
    if signed_in and view.host == selectors.ACCOUNT_HOST:
        return Outcome.ACCOUNT_SIGNED_OUT
    return Outcome.CAPTCHA if judge_admission(view).reason == CAPTCHA_SHOWN else None
