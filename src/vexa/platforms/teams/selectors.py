"""What Teams' pages look like, in the form of docs/adding/platform.md.

Source: public bot projects.
"""

from __future__ import annotations

from vexa.platforms.base import Probe

READ_ON = "2026-09-30"


def _button(text: str) -> str:
    return f'//button[normalize-space(.)="{text}" or normalize-space(@aria-label)="{text}"]'


def _entry(text: str) -> str:
    names = f'normalize-space(.)="{text}" or normalize-space(@aria-label)="{text}"'
    return f'//*[@role="menuitem" or @role="menuitemcheckbox" or self::button][{names}]'


#: Hosts that ask a guest to sign in. The address of the page then changes, unlike `SIGN_IN_TEXTS`.
SIGN_IN_HOSTS = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.microsoftonline.de",
        "login.partner.microsoftonline.cn",
        "login.microsoft.com",
        "login.live.com",
        "login.windows.net",
    }
)

#: Waiting screens.
LOBBY_TEXTS = (
    "Someone will let you in shortly",
    "Someone will let you in soon",
    "Someone in the meeting should let you in",
    "You're in the lobby",
    "Waiting for someone to let you in",
    "Waiting to be admitted",
    "Your request to join has been sent",
    "will let you in",
    "admits you to the call",
    # (guess)
    "Sie werden in Kürze eingelassen",
    "Sie befinden sich im Wartebereich",
    "lässt Sie in Kürze eintreten",
)

#: A lobby whose meeting nobody has opened yet.
NOT_STARTED_TEXTS = (
    "When the meeting starts, we'll let people know you're waiting",
    # (guess)
    "Sobald die Besprechung beginnt, teilen wir mit, dass Sie warten",
)

#: A person said no.
DENIED_TEXTS = (
    "Sorry, but you were denied access to the meeting",
    "you were denied access",
    "Your request to join was declined",
    # (guess)
    "Der Zugriff auf die Besprechung wurde Ihnen verweigert",
)

#: The organisation takes no guests; the modal form leaves the address as it is.
SIGN_IN_TEXTS = (
    "We need to verify your info before you can join",
    "To join, sign in or use Teams on the web",
    "You need to be signed in to Teams to access this meeting",
    "Sign in to Teams to join, or contact the meeting organizer",
    "To join this Teams meeting, you need to be signed in to an account",
    "Due to org policy, you need to sign in or use Teams on the web to join this meeting",
    "External participants are not permitted to join before the event begins",
    # (guess)
    "Wir müssen Ihre Angaben überprüfen, bevor Sie teilnehmen können",
)

NOT_FOUND_TEXTS = (
    "Looks like the meeting URL is incorrect",
    # (guess)
    "Die Besprechungs-URL scheint falsch zu sein",
)

CAPTCHA_TEXTS = (
    "Verify you're a real person",
    # (guess)
    "Bestätigen Sie, dass Sie ein Mensch sind",
)

#: The service could not connect; trying again often helps.
RETRY_TEXTS = (
    "we couldn't connect you",
    # (guess)
    "Wir konnten keine Verbindung herstellen",
)

REMOVED_TEXTS = (
    "You've been removed from this meeting",
    "Removed from the meeting",
    # (guess)
    "Sie wurden aus dieser Besprechung entfernt",
)

ENDED_TEXTS = (
    "The meeting has ended",
    "This meeting has ended",
    "Meeting ended",
    "Call ended",
    # (guess)
    "Die Besprechung wurde beendet",
)

#: Right after a knock this is a denial; later, the call is over for the bot.
LEFT_TEXTS = (
    "You left the meeting",
    # (guess)
    "Sie haben die Besprechung verlassen",
)

ENCRYPTION_TEXTS = ("An encryption error occurred",)

#: Asks for a gesture that a bot makes by calling for its devices once.
PERMISSION_TEXTS = (
    "Select Allow to let Microsoft Teams use your mic and camera",
    # (guess)
    "Wählen Sie Zulassen aus, damit Microsoft Teams",
)

#: Names that Teams shows where it knows none.
NOT_NAMES = (
    "unknown user",
    "guest",
    "anonymous",
    # (guess)
    "unbekannter benutzer",
    "gast",
    "anonym",
)
#: What Teams puts behind a name; no part of who somebody is.
NAME_SUFFIXES = (
    "(Unverified)",
    "(Guest)",
    "(You)",
    # (guess)
    "(Nicht überprüft)",
    "(Gast)",
    "(Sie)",
)

LAUNCHER_BUTTONS = (
    'button[aria-label="Join meeting from this browser"]',
    'button[aria-label="Continue on this browser"]',
    'button[aria-label="Join on this browser"]',
    _button("Continue on this browser"),
    _button("Join on the web instead"),
    # (guess)
    _button("In diesem Browser fortfahren"),
)

NAME_INPUTS = (
    '[data-tid="prejoin-display-name-input"]',
    'input[placeholder="Type your name"]',
    'input[placeholder*="name" i]',
)

#: The account's own control in the full client's header, and what a signed-out page has instead.
#: Seen by public projects on Teams' main page up to 2026-11; that the page before a meeting has it
#: too is a guess.
ACCOUNT_SIGNS = (
    '[data-tid="me-control-avatar-trigger"]',
    "#idna-me-control-avatar-trigger",
    '[data-tid="me-control-avatar"]',
    "button#personDropdown",
)
SIGN_IN_BUTTONS = (
    '[data-tid="me-control-signin-trigger"]',
    '[data-tid="me-control-avatar-signin-button"]',
    '[data-tid="signin-button"]',
)

JOIN_BUTTONS = (
    '[data-tid="prejoin-join-button"]',
    _button("Join now"),
    # (guess)
    _button("Jetzt teilnehmen"),
)
CANCEL_BUTTONS = (
    '[data-tid="prejoin-cancel-button"]',
    _button("Cancel"),
    # (guess)
    _button("Abbrechen"),
)

MICROPHONE_ON = (
    '[data-tid="toggle-mute"][aria-checked="true"]',
    '[data-tid="toggle-mute"]:checked',
    'button[aria-label="Mute mic"]',
    'button[title="Mute"]',
)
CAMERA_ON = (
    '[data-tid="toggle-video"][aria-checked="true"]',
    '[data-tid="toggle-video"]:checked',
    'button[aria-label="Turn camera off"]',
    'button[aria-label="Turn off video"]',
)

#: "Don't use audio" gives no sound at all; these are the other choice, not yet taken.
COMPUTER_AUDIO = (
    '[role="radio"][aria-label="Computer audio"]:not([aria-checked="true"])',
    'input[type="radio"][aria-label="Computer audio"]:not(:checked)',
    # (guess)
    '[role="radio"][aria-label="Computeraudio"]:not([aria-checked="true"])',
)
SPEAKER_OFF = (
    '[aria-label="Turn speaker on"]',
    # (guess)
    '[aria-label="Lautsprecher einschalten"]',
)

#: Comes before the pre-join page when devices are refused, and again after the knock.
WITHOUT_DEVICES = (
    _button("Continue without audio or video"),
    # (guess)
    _button("Ohne Audio oder Video fortfahren"),
)

RETRY_BUTTONS = (
    _button("Retry"),
    _button("Try again"),
    _button("Rejoin"),
    # (guess)
    _button("Erneut versuchen"),
)

LEAVE_BUTTONS = (
    "#hangup-button",
    'button[data-tid="hangup-main-btn"]',
    '[data-inp="hangup-button"]',
    'button[aria-label="Leave"]',
    # (guess)
    'button[aria-label="Verlassen"]',
)

#: Menu whose entry turns the others' pictures off.
MORE_BUTTONS = ("#callingButtons-showMoreBtn",)
PICTURES_OFF = (
    _entry("Turn off incoming video"),
    # (guess)
    _entry("Eingehendes Video deaktivieren"),
)

#: Menu of layouts, and those whose tiles have outlines: the gallery, or whoever speaks in large.
VIEW_BUTTONS = ("#custom-view-button", "#view-mode-button")
LAYOUTS = (
    "#custom-view-button-MixedGridButton",
    "#MixedGridView-button",
    "#MixedGrid-button",
    "#custom-view-button-SpeakerViewButton",
    "#SpeakerView-button",
)

#: The way to live captions, in the menu that has the others' pictures.
SPEECH_MENUS = ("#LanguageSpeechMenuControl-id",)
CAPTIONS_ON = ("#closed-captions-button",)

CHAT_BUTTONS = ("#chat-button",)
CHAT_INPUTS = (
    '[aria-label="Type a message"]',
    # (guess)
    '[aria-label="Nachricht eingeben"]',
    '[data-tid="ckeditor"] [contenteditable="true"]',
)
#: Longest notice, characters; Teams itself takes far more.
CHAT_LIMIT = 1_000

#: Tiles of people: of the full and the light client, of the older one, of the personal one.
TILE = (
    '[data-stream-type="Video"][data-tid], [data-cid="calling-participant-stream"], '
    '[data-tid="menur1j"]'
)
#: Where a tile has the name of its person, in order of trust: on its tag, in this attribute, and
#: at the beginning of its label.
NAME_TAG = '[data-tid="participant-info-nametag"]'
TILE_NAME = "data-tid"
#: A label says more than the name: "Ada, muted, Context menu is available". Its first part is the
#: name only where one of these comes next; else the name may have a comma of its own.
LABEL_STATES = (
    *("muted", "unmuted", "video is on", "video is off", "context menu", "has context menu"),
    # (guess)
    *("speaking", "on hold", "hand raised", "stummgeschaltet", "video ist", "kontextmenü"),
)
#: What Teams puts behind a name in a label alone, without brackets; seen together and alone.
LABEL_BADGES = ("external", "unfamiliar", "unverified", "guest")
#: What no name looks like: parts of it, and all of it.
TOKEN_PARTS = ("video-stream", "voice-level", "-stream-", "participant-info")
TOKEN = r"(?:roster|participant|calling|video|voice|menu|stream|tile)[a-z]*[-0-9][a-z0-9-]*"

#: Lies in a tile and shows a voice: by this class that comes and goes, or by a style that moves.
OUTLINE = '[data-tid="voice-level-stream-outline"]'
LIT_CLASS = "vdi-frame-occlusion"

#: Live captions: all of them, who says one, and what.
CAPTIONS = '[data-tid="closed-caption-renderer-wrapper"]'
CAPTION_AUTHOR = '[data-tid="author"]'
CAPTION_TEXT = '[data-tid="closed-caption-text"]'

#: What only the client has, before, in and after a meeting: in some sessions it is in a frame.
CLIENT_PARTS = (
    '[data-tid="prejoin-display-name-input"]',
    '[data-tid="prejoin-join-button"]',
    '[data-tid*="lobby" i]',
    '[data-tid="calling-toolbar"]',
    "#hangup-button",
    '[data-tid="calling-retry-cancelbutton"]',
    "#calling-retry-screen-title",
    '[data-tid="calling-e2ee-end-screen"]',
)

PROBES = {
    "launcher": Probe('button[aria-label$="browser" i]'),
    "splash": Probe("#loading-screen"),
    "name_input": Probe(", ".join(NAME_INPUTS)),
    "join_button": Probe('[data-tid="prejoin-join-button"]'),
    "join_text_button": Probe(" | ".join(JOIN_BUTTONS[1:])),
    "without_devices": Probe(" | ".join(WITHOUT_DEVICES)),
    "microphone_on": Probe(", ".join(MICROPHONE_ON)),
    "camera_on": Probe(", ".join(CAMERA_ON)),
    "other_audio": Probe(", ".join(COMPUTER_AUDIO)),
    "speaker_off": Probe(", ".join(SPEAKER_OFF)),
    "sign_in_form": Probe('input[name="loginfmt"][type="email"]'),
    "password_form": Probe('input[name="passwd"]'),
    "account": Probe(", ".join(ACCOUNT_SIGNS)),
    "sign_in_button": Probe(", ".join(SIGN_IN_BUTTONS)),
    "captcha": Probe('[data-tid="HIP-Captcha-Image"]'),
    "lobby": Probe('[data-tid*="lobby" i]'),
    "dialog": Probe('[role="dialog"]'),
    "denied": Probe('[data-tid="calling-retry-cancelbutton"]'),
    "leave_button": Probe(", ".join(LEAVE_BUTTONS)),
    "stage": Probe('[data-tid="modern-stage-wrapper"]'),
    "captions": Probe(CAPTIONS),
    "tile": Probe(TILE, mark=TILE_NAME),
    "name_tag": Probe(NAME_TAG),
    "share_tile": Probe('[data-stream-type="ScreenSharing"]'),
    "count_badge": Probe('#roster-button span[data-tid="toolbar-item-badge"]'),
    "end_title": Probe("#calling-retry-screen-title"),
    "rejoin_button": Probe('button[data-tid="anon-meeting-end-screen-rejoin-button"]'),
    "encryption_end": Probe('[data-tid="calling-e2ee-end-screen"]'),
}
