"""Has Zoom let the bot in? What rules it out comes first; admission then needs positive proof.

Pure: a view in, a judgement out. The waiting room is drawn inside of the meeting's own frame, with
its Leave button and the preview's live sound, so neither proves anything. Texts of refusal count
anywhere only while the page shows nothing of the meeting: afterwards anyone can write them into the
chat or take one for a name.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Judgement, PageView, Stage, plain
from vexa.platforms.told_ends import Ends, told_end
from vexa.platforms.zoom import selectors

#: `Judgement.reason` of what the doorway answers.
AUDIO_NOT_JOINED = "in the meeting, without sound yet"
JOINING = "the client still joins"
NOT_STARTED = "waits for the host to begin"
CONNECT_AGAIN = "could not connect"
#: The same of a meeting whose sound nothing proves.
AUDIO_UNREAD = "in the meeting, and its sound cannot be read"
#: The same of a page whose challenge bars the way.
CAPTCHA_SHOWN = "captcha"
#: The same of a page that signs people in.
SENT_TO_SIGN_IN = "page: sent to the sign-in page"

_REFUSALS: Ends = (
    (selectors.WALL_TEXTS, Outcome.BOTS_NOT_ALLOWED, "page: automated guests must use Zoom RTMS"),
    (selectors.SIGN_IN_TEXTS, Outcome.SIGN_IN_REQUIRED, "page: asks to sign in"),
    (selectors.WRONG_PASSCODE_TEXTS, Outcome.PASSCODE_WRONG, "page: the passcode is wrong"),
    (selectors.REMOVED_TEXTS, Outcome.DENIED, "waiting room: the host did not let the bot in"),
    (selectors.ENDED_TEXTS, Outcome.MEETING_ENDED, "knock: the meeting ended"),
)
#: What counts as something that stands before the meeting, and is answered.
_DOORS = ("cookies", "terms", "allow", "launch_link", "launch_button", "passcode_input")


def judge_refusal(view: PageView) -> Judgement | None:
    """Return the end that this page tells, if any. Holds before and after the knock."""
    told = told_end(dialog_text(view), _REFUSALS)
    if told is None and not shows_meeting(view):
        told = told_end(view.text, _REFUSALS)
    if told is None and urlsplit(view.url).path.startswith(selectors.SIGN_IN_PATHS):
        told = Judgement(Stage.OVER, SENT_TO_SIGN_IN, Outcome.SIGN_IN_REQUIRED)
    return told


def dialog_text(view: PageView) -> str:
    """Return what the titles of Zoom's own dialogs say, folded."""
    titles = [plain(title.text) for title in view.elements("dialog_title")]
    return " ".join(titles + [plain(end.label) for end in view.elements("end_label")])


def shows_prejoin(view: PageView) -> bool:
    """Tell whether the page still has what comes before the knock."""
    return any(
        view.has(probe)
        for probe in ("name_input", "join_button", "preview_microphone", "preview_camera")
    )


def shows_meeting(view: PageView) -> bool:
    """Tell whether the page has what only a meeting has, whether its controls are hidden or not."""
    parts = ("active_tile", "participants_button", "audio_button", "panel_row")
    return not shows_prejoin(view) and any(view.has(part) for part in parts)


def shows_lobby(view: PageView) -> bool:
    """Tell whether the page says that the bot waits to be let in."""
    if view.says(selectors.LOBBY_TEXTS):
        return True
    return not shows_meeting(view) and view.says(selectors.WAIT_TEXTS) is not None


def is_not_started(view: PageView) -> bool:
    """Tell whether nobody has begun this meeting, or there is none: Zoom says the same of both."""
    titles = {plain(title) for title in selectors.ERROR_TITLES}
    has_error_title = plain(str(view.state.get("title", ""))) in titles
    if shows_meeting(view) or shows_prejoin(view):
        return False
    texts = selectors.NOT_STARTED_TEXTS + selectors.INVALID_TEXTS
    return has_error_title or view.says(texts) is not None


def has_audio(view: PageView) -> bool | None:
    """Tell whether sound is joined; None while the page does not show it, or in unknown words."""
    buttons = view.elements("audio_button")
    labels = {plain(said) for button in buttons for said in (button.label, button.text)}
    if any(_begins(label, known) for label in labels for known in selectors.AUDIO_JOINED_LABELS):
        return True
    if labels & {plain(label) for label in selectors.JOIN_AUDIO_LABELS}:
        return False
    return None


def _begins(label: str, known: str) -> bool:
    rest = label.removeprefix(plain(known))
    return rest != label and not rest[:1].isalnum()


def judge_admission(view: PageView) -> Judgement:
    """Say where the bot is after it opened the address."""
    refusal = judge_refusal(view)
    if refusal is not None:
        return refusal
    if view.has("captcha"):
        return Judgement(Stage.UNKNOWN, CAPTCHA_SHOWN)
    if view.says(selectors.RETRY_TEXTS) and not shows_meeting(view):
        return Judgement(Stage.CONSENT, CONNECT_AGAIN, waited_out=Outcome.NETWORK_LOST)
    if is_not_started(view):
        return Judgement(Stage.LOBBY, NOT_STARTED, waited_out=Outcome.NOT_STARTED)
    if shows_lobby(view):
        return Judgement(Stage.LOBBY, "waiting room")
    if shows_prejoin(view) or any(view.has(door) for door in _DOORS):
        return Judgement(Stage.CONSENT, "asks something before the meeting")
    if view.has("leave_button") and shows_meeting(view):
        return _judge_sound(view)
    if view.says(selectors.JOINING_TEXTS) and not shows_meeting(view):
        return Judgement(Stage.CONSENT, JOINING, waited_out=Outcome.NETWORK_LOST)
    return Judgement(Stage.UNKNOWN, "nothing known on the page")


def _judge_sound(view: PageView) -> Judgement:
    sounds = has_audio(view)
    if sounds:
        return Judgement(Stage.IN_MEETING, "Leave button, a part of the meeting, and its sound")
    if sounds is None:
        return Judgement(Stage.UNKNOWN, AUDIO_UNREAD)
    return Judgement(Stage.CONSENT, AUDIO_NOT_JOINED)


def help_needed(view: PageView, *, signed_in: bool) -> Outcome | None:
    """Return how it ends if nobody solves a challenge, or signs the bot's account in.

    The wall for bots asks to sign in too: whoever does would say that the bot is none.
    """
    reason = judge_admission(view).reason
    if reason == SENT_TO_SIGN_IN:
        return Outcome.ACCOUNT_SIGNED_OUT if signed_in else None
    return Outcome.CAPTCHA if reason == CAPTCHA_SHOWN else None
