"""What Zoom's web client looks like: dated data, each list in order of trust.

Source: public bot projects as read in September 2026; nothing here was seen on a live page by us.
Zoom serves two clients at the same time, which name the same things differently. Selectors are CSS,
or XPath that begins with `//`. Phrases are compared by `base.plain`. German phrases marked (guess)
are our own translations; they only ever add a way to recognise a page that ignores the pinned
language.
"""

from __future__ import annotations

from vexa.platforms.base import Probe

READ_ON = "2026-09-30"


def _text(text: str) -> str:
    return f'//*[self::button or self::a or @role="button"][normalize-space(.)="{text}"]'


def _holds(text: str) -> str:
    return f'//button[contains(normalize-space(.), "{text}")]'


def _entry(text: str) -> str:
    names = f'normalize-space(.)="{text}" or normalize-space(@aria-label)="{text}"'
    return f'//*[@role="menuitem" or self::a or self::button][{names}]'


#: Title of the page of a link that is wrong, or whose meeting the host has not begun.
ERROR_TITLES = ("Error - Zoom", "Fehler - Zoom")
#: Not begun, or unknown: Zoom says the same of both.
INVALID_TEXTS = (
    "This meeting link is invalid (3,001)",
    # (guess)
    "Dieser Meeting-Link ist ungültig (3.001)",
    "Dieser Meeting-Link ist ungültig (3,001)",
)
NOT_STARTED_TEXTS = (
    "Waiting for the host to start this meeting",
    "Waiting for the host to start the meeting",
    # (guess)
    "Warten, bis der Host dieses Meeting startet",
    "Warten auf den Start des Meetings durch den Host",
)

#: The page takes the guest for a bot and lets no bot in. Permanent for this meeting.
WALL_TEXTS = (
    "detected you may be a bot",
    "automated bots aren't allowed",
    "must use Zoom RTMS",
    # (guess)
    "dass Sie möglicherweise ein Bot sind",
    "Automatisierte Bots dürfen",
    "müssen Zoom RTMS verwenden",
)
SIGN_IN_TEXTS = (
    "The host requires authentication on the commercial Zoom platform to join this meeting",
    "sign in to join this meeting",
    "only authenticated users can join",
    "this meeting requires authentication",
    "authentication is required",
    # (guess)
    "Melden Sie sich an, um an diesem Meeting teilzunehmen",
    "Nur authentifizierte Benutzer können teilnehmen",
    "Dieses Meeting erfordert eine Authentifizierung",
)
#: Beginnings of the path that asks a guest for an account, whatever Zoom's host.
SIGN_IN_PATHS = ("/signin", "/login")

#: Path of the page that shows an account to whoever is signed in to it, and sends others away.
ACCOUNT_PATH = "/profile"
#: What is on it besides. A guess of 2026-11: an error page at that address must prove nothing.
SIGN_OUT_LINKS = ('a[href*="/logout"]',)

WRONG_PASSCODE_TEXTS = (
    "Passcode wrong",
    "Incorrect passcode",
    "incorrect password",
    # (guess)
    "Falscher Kenncode",
    "Kenncode falsch",
)
#: The service could not connect; trying again often helps.
RETRY_TEXTS = (
    "Your network connection has timed out or your organization has disabled access to Zoom",
    # (guess)
    "Zeitüberschreitung Ihrer Netzwerkverbindung",
)

#: Waiting rooms. The second list is so general that a tile may say it: only where there is none.
LOBBY_TEXTS = (
    "the meeting host will let you in soon",
    "Host has joined. We've let them know you're here",
    "You are in the waiting room",
    # (guess)
    "der Meeting-Host wird Sie in Kürze einlassen",
    "Der Host ist beigetreten. Wir haben mitgeteilt, dass Sie hier sind",
)
WAIT_TEXTS = (
    "Please wait",
    # (guess)
    "Bitte warten",
)

#: Between the press of Join, or the host's word, and the meeting. Asks nobody for anything.
JOINING_TEXTS = (
    "Joining…",
    # (guess)
    "Beitritt läuft…",
)

REMOVED_TEXTS = (
    "You have been removed",
    "removed from the meeting",
    "removed you from the meeting",
    # (guess)
    "Sie wurden entfernt",
    "aus dem Meeting entfernt",
)
ENDED_TEXTS = (
    "This meeting has been ended by host",
    "meeting has been ended by the host",
    "meeting has ended",
    "Meeting is end now",
    # (guess)
    "Dieses Meeting wurde vom Host beendet",
    "Das Meeting wurde beendet",
)

#: Last part of the launch page, shown after "Launch Meeting" would have opened the app.
LAUNCH_LINKS = (
    _text("Join from Your Browser"),
    _text("Join from your browser"),
    # (guess)
    _text("Über Ihren Browser beitreten"),
    _text("Mit Ihrem Browser anmelden"),
)
LAUNCH_BUTTONS = (
    _text("Launch Meeting"),
    # (guess)
    _text("Meeting eröffnen"),
)
#: Covers the classic client's name field.
COOKIE_BUTTONS = ("#onetrust-accept-btn-handler", "#onetrust-reject-all-handler")
TERMS_BUTTONS = (
    _holds("I Agree"),
    # (guess)
    _holds("Ich stimme zu"),
)
#: Asks for the devices. Its other button lets a guest in without any sound.
ALLOW_BUTTONS = (
    _text("Allow"),
    # (guess)
    _text("Zulassen"),
)

NAME_INPUTS = ("#input-for-name", "#inputname")
PASSCODE_INPUTS = (
    "#input-for-pwd",
    '#inputpasscode, input[placeholder*="passcode" i]',
    'input[type="password"]',
)
JOIN_BUTTONS = ("button.preview-join-button", "#joinBtn")
#: Presses the join button through the page: another element of the preview lies over it.
PRESS_JOIN = """() => {
  const button = document.querySelector('button.preview-join-button, #joinBtn');
  if (!button || button.disabled || button.classList.contains('disabled')) return false;
  button.click();
  return true;
}"""
#: Labels that a toggle has while its device is on.
PREVIEW_MICROPHONE = "#preview-audio-control-button"
PREVIEW_CAMERA = "#preview-video-control-button"
LIVE_LABELS = (
    "Mute",
    "mute my microphone",
    "Stop Video",
    "stop my video",
    # (guess)
    "Stummschalten",
    "Video beenden",
)

AUDIO_BUTTONS = ("button.join-audio-container__btn",)
#: Labels of that button before there is sound; and beginnings of its labels with sound, which may
#: go on with a key to press.
JOIN_AUDIO_LABELS = (
    "join audio",
    "audio",
    # (guess)
    "Audio beitreten",
    "Dem Audio beitreten",
)
AUDIO_JOINED_LABELS = (
    "mute",
    "unmute",
    "mute my microphone",
    "unmute my microphone",
    # (guess)
    "Stummschalten",
    "Stummschaltung aufheben",
)
COMPUTER_AUDIO_BUTTONS = (
    "button.join-audio-by-voip__join-btn",
    _holds("Join with Computer Audio"),
    _holds("Join Audio by Computer"),
    # (guess)
    _holds("Mit Computeraudio beitreten"),
    _holds("Audio per Computer"),
)

#: Menu whose entry stops the others' pictures.
MORE_BUTTONS = (
    # (guess)
    'button[aria-label*="More meeting control" i]',
    "#moreButton button",
    'button[aria-label*="Weitere Meeting-Steuerung" i]',
)
PICTURES_OFF = (
    _entry("Stop Incoming Video"),
    # (guess)
    _entry("Eingehendes Video beenden"),
)

LEAVE_BUTTONS = (
    'button[aria-label="Leave"]',
    # (guess)
    'button[aria-label="Verlassen"]',
)
#: Enter would cancel the question that follows.
LEAVE_CHOICES = ("button.leave-meeting-options__btn--danger",)

CHAT_BUTTONS = (
    'button[aria-label*="chat panel" i]',
    # (guess)
    'button[aria-label*="Chat-Fenster" i]',
)
CHAT_INPUTS = (
    '.chat-rtf-box__editor-outer [contenteditable="true"]',
    ".tiptap.ProseMirror",
)
#: Longest message, characters.
CHAT_LIMIT = 1_024

_TIPS = (
    '//*[contains(@class, "settings-feature-tips") or contains(@class, "relative-tooltip")'
    ' or contains(@class, "zm-modal") or contains(@class, "ReactModal__Content")]'
)
#: What closes a dialog or a tip that only tells something, or asks for consent to being recorded.
POPUP_BUTTONS = tuple(
    f'{_TIPS}//button[normalize-space(.)="{text}"]'
    for text in ("OK", "Got it", "I agree", "I Agree", "Continue", "Verstanden", "Ich stimme zu")
)

#: Frame of the app's shell that holds the client.
CLIENT_FRAMES = ("iframe#webclient", "iframe.pwa-webclient__iframe")

#: Tiles of who speaks, in order of trust: speaker view, sharing, and two newer ones.
ACTIVE_TILES = (
    ".speaker-active-container__video-frame",
    ".speaker-bar-container__video-frame--active",
    ".single-main-container__video-frame",
    ".single-suspension-container__video-frame",
)
TILE_NAME = ".video-avatar__avatar-footer span"
#: What Zoom puts behind a name; no part of who somebody is.
NAME_SUFFIXES = (
    "(Host, me)",
    "(Host)",
    "(Co-host)",
    "(Guest)",
    "(me)",
    # (guess)
    "(Gast)",
    "(ich)",
)
#: Names that Zoom shows where it knows none, folded.
NOT_NAMES = ("", "zoom user", "guest", "zoom-benutzer", "gast")
#: The panel's rows, "Name, …", there while the panel is open.
PANEL_ROWS = 'div[role="list"][aria-label^="participants" i] div.participants-li[aria-label]'

PROBES: dict[str, Probe] = {
    "launch_link": Probe(" | ".join(LAUNCH_LINKS)),
    "launch_button": Probe(" | ".join(LAUNCH_BUTTONS)),
    "cookies": Probe(", ".join(COOKIE_BUTTONS)),
    "terms": Probe(" | ".join(TERMS_BUTTONS)),
    "allow": Probe(" | ".join(ALLOW_BUTTONS)),
    "name_input": Probe(", ".join(NAME_INPUTS), mark="value"),
    "sign_out": Probe(", ".join(SIGN_OUT_LINKS)),
    "passcode_input": Probe(", ".join(PASSCODE_INPUTS)),
    "join_button": Probe(", ".join(JOIN_BUTTONS), mark="class"),
    "preview_microphone": Probe(PREVIEW_MICROPHONE),
    "preview_camera": Probe(PREVIEW_CAMERA),
    "captcha": Probe(_text("Check Captcha")),
    "audio_button": Probe(", ".join(AUDIO_BUTTONS)),
    "computer_audio": Probe(" | ".join(COMPUTER_AUDIO_BUTTONS[1:])),
    "leave_button": Probe(", ".join(LEAVE_BUTTONS)),
    "participants_button": Probe('button[aria-label*="participants list" i]'),
    "active_tile": Probe(", ".join(ACTIVE_TILES)),
    "panel_row": Probe(PANEL_ROWS),
    "dialog_title": Probe(".zm-modal-body-title"),
    "end_label": Probe('div[aria-label="Meeting is end now"]'),
    "popup_button": Probe(" | ".join(POPUP_BUTTONS)),
}
