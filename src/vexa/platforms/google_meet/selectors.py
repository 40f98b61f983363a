"""What Google Meet's pages look like, in the form of docs/adding/platform.md.

Source: public bot projects.
"""

from __future__ import annotations

from vexa.platforms.base import Probe

READ_ON = "2026-09-30"


def _button(text: str) -> str:
    return f'//button[.//span[normalize-space(text())="{text}"] or normalize-space(.)="{text}"]'


#: Waiting screens. They also show "Leave call", microphone and camera: those prove nothing.
LOBBY_TEXTS = (
    "Asking to be let in",
    "You'll join the call when someone lets you in",
    "brings you into the call",
    "admits you to the call",
    "Waiting for the host to let you in",
    "Waiting for the host to join",
    "You're in the waiting room",
    "Bitte warten Sie, bis Sie vom Organisator",
    # (guess)
    "Du wirst zugelassen, sobald",
    "Teilnahme wird angefragt",
)

#: A person said no.
DENIED_TEXTS = (
    "Someone in the call denied your request to join",
    "Your request to join was denied",
    "You were denied",
    "weren't allowed to join",
    "not allowed to join",
    "Ask to join again",
    # (guess)
    "Deine Teilnahmeanfrage wurde abgelehnt",
    "Jemand im Anruf hat deine Anfrage abgelehnt",
    "hat deine Anfrage zur Teilnahme abgelehnt",
)

#: Nobody said anything; Meet withdraws a knock after about ten minutes.
KNOCK_TIMED_OUT_TEXTS = (
    "No one responded to your request to join the call",
    # (guess)
    "Niemand hat auf deine Anfrage geantwortet",
    "Niemand hat auf deine Anfrage zur Teilnahme am Anruf geantwortet",
)

#: Meet itself refused; the same page stands for meetings that take no guests.
BLOCKED_TEXTS = (
    "You can't join this video call",
    "You can't join this call",
    "You can't join this meeting",
    "There is a problem connecting to this video call",
    # (guess)
    "Du kannst an diesem Videoanruf nicht teilnehmen",
    "Du kannst nicht an diesem Videoanruf teilnehmen",
)

NOT_FOUND_TEXTS = (
    "Check your meeting code",
    "Invalid video call name",
    "Your meeting code has expired",
    "The meeting code you entered doesn't work",
    "Meeting not found",
    # (guess)
    "Überprüfe deinen Besprechungscode",
)

#: A heading says the first and the page says the second; guests see "Sign in" links elsewhere.
SIGN_IN_HEADINGS = (
    "Sign in",
    # (guess)
    "Anmelden",
)
SIGN_IN_TEXTS = (
    "your Google Account",
    # (guess)
    "deinem Google-Konto",
    "Ihrem Google-Konto",
)
#: The first signs people in; the other tells of the product.
ACCOUNT_HOST = "accounts.google.com"
SIGN_IN_HOSTS = frozenset({ACCOUNT_HOST, "workspace.google.com"})

#: What Meet's client writes when it kills a guest's page right after the knock.
KILLED_BY_MEET = ("DisconnectedError", "EndCause = 72")

REMOVED_TEXTS = (
    "You've been removed from the meeting",
    # (guess)
    "Du wurdest aus der Videokonferenz entfernt",
)

ENDED_TEXTS = (
    "Your host ended the meeting for everyone",
    "The meeting has ended",
    "Meeting ended",
    "Call ended",
    # (guess)
    "Der Organisator hat die Videokonferenz für alle beendet",
)

#: Right after a knock this is a denial; later, the call is over for the bot.
LEFT_TEXTS = ("You left the meeting", "Du hast die Videokonferenz verlassen")

#: Dialogs that hold an admitted guest back until they are answered.
CONSENT_TEXTS = (
    "This video call is being recorded",
    "This video call is being transcribed",
    "Others may see your video differently",
    "Gemini is taking notes",
    "take notes for me",
    "taking notes",
    # (guess)
    "Dieser Videoanruf wird aufgezeichnet",
    "Dieser Videoanruf wird transkribiert",
    "Andere sehen dein Video möglicherweise anders",
    "Gemini erstellt Notizen",
)

#: Text in a tile that is the lobby's own preview, not a person.
PREVIEW_TEXTS = ("visual_effects", "backgrounds and effects", "hintergründe und effekte")

#: Parts of texts that are not names: ids, and what the page's buttons and their hints say.
NOT_NAMES = (
    *("google participant (", "spaces/", "devices/", "let participants", "send messages"),
    *("turn on ", "turn off ", "backgrounds and effects", "(you)"),
    # (guess)
    *("(presentation)", "(präsentation)", "main screen", "microphone", "more options"),
    *("more actions", "from the call", "from this call", "can't hear"),
    *("aktivieren", "deaktivieren"),
)
#: The same, where nothing else is in the text.
NOT_WHOLE_NAMES = (
    *("you", "merged audio", "adaptive audio group", "presentation", "meeting host"),
    # (guess)
    *("pin", "unpin", "mute", "unmute", "remove", "present now", "raise hand", "leave call"),
    *("host", "co-host", "in the meeting", "waiting to join", "visitor", "external"),
)
#: Icons are words of a font: several with `_` between them, or one of these in lower case.
ICON = r"[a-z0-9]+(?:_[a-z0-9]+)+"
#: (guess)
ICON_WORDS = frozenset(
    {
        *("keep", "pin", "mic", "videocam", "close", "people", "person", "group", "groups", "chat"),
        *("info", "apps", "spark", "tune", "settings", "check", "lock", "star", "flip", "expand"),
        *("pip", "crop", "zoom", "share", "hearing", "sensors", "domain", "devices", "phone"),
    }
)

NAME_INPUTS = (
    'input[type="text"][aria-label="Your name"]',
    'input[type="text"][aria-label="Dein Name"]',
    'input[type="text"][jsname]',
    'input[placeholder*="name" i]',
    'input[type="text"]:not([aria-hidden="true"])',
)

#: "Other ways to join" is none of these.
JOIN_BUTTONS = (
    _button("Ask to join"),
    _button("Join now"),
    _button("Join"),
    _button("Ask to join anyway"),
    _button("Join anyway"),
    _button("Join the call now"),
    _button("Join here too"),
    _button("Switch here"),
    _button("Teilnahme erbitten"),
    _button("Jetzt teilnehmen"),
    _button("Kérvényezés a csatlakozásra"),
    _button("参加をリクエスト"),
)
_ICONS = "contains(@class, 'material-icons') or contains(@class, 'material-symbols')"
_PICTURES = f"self::i or local-name()='svg' or {_ICONS}"
_TEXT_BUTTON = (
    "//button[@jsname and not(@aria-label) and not(@aria-haspopup) and .//span "
    f"and not(.//*[{_PICTURES}])]"
)
#: Last resort in a language that nobody knows: the one button of text alone on a page with the one
#: field for a name. Other screens have such a button too, but no field; so it is pressed and proves
#: nothing.
ONLY_TEXT_BUTTON = (
    f"{_TEXT_BUTTON}[count({_TEXT_BUTTON})=1 and count(//input[@type='text' and @jsname])=1]"
)

MICROPHONE_ON = (
    '[aria-label*="Turn off microphone"]',
    '[aria-label*="Mikrofon deaktivieren"]',
)
CAMERA_ON = (
    '[aria-label*="Turn off camera"]',
    '[aria-label*="Kamera deaktivieren"]',
)

WITHOUT_DEVICES = (
    _button("Continue without microphone and camera"),
    _button("Ohne Mikrofon und Kamera fortfahren"),
)
#: Put away a dialog that asks nothing that matters; "still there?" ends the call of who is silent.
GOT_IT = (
    _button("Got it"),
    _button("Stay in the call"),
    # (guess)
    _button("OK, verstanden"),
    _button("Ok"),
    _button("OK"),
    _button("Im Anruf bleiben"),
)
CONSENT_BUTTONS = (
    'div[role="dialog"] button[data-mdc-dialog-action="ok"]',
    'div[role="dialog"] button[data-mdc-dialog-action="accept"]',
)

LEAVE_BUTTONS = (
    'button[aria-label="Leave call"]',
    'button[aria-label="Anruf verlassen"]',
    'button[jsname="CQylAd"]',
    'button[aria-label*="Hang up"]',
)
JUST_LEAVE = (_button("Just leave the meeting"), _button("Just leave the call"))

CHAT_BUTTONS = (
    'button[aria-label="Chat with everyone"]',
    'button[aria-label="Mit allen chatten"]',
    'button[aria-label*="Chat"]',
)
CHAT_INPUTS = (
    'textarea[aria-label="Send a message"]',
    'textarea[aria-label="Send a message to everyone"]',
    'textarea[placeholder*="message" i]',
    'textarea[placeholder*="Nachricht" i]',
)
#: Meet's limit for one message, characters.
CHAT_LIMIT = 500

#: A challenge is a visible frame of at least this size; an invisible one is on every join.
CAPTCHA_MIN_WIDTH_PX = 120
CAPTCHA_MIN_HEIGHT_PX = 40

#: Tiles, rows of the list of people, and the lobby's preview have it.
TILE_ID = "data-participant-id"

#: The name in a tile or a row; icons are written as words too, and some are marked alike.
NAME_IN_TILE = (
    'span.notranslate:not([aria-hidden="true"], [class*="icons"], [class*="symbols"], '
    'i *, button *, [role="button"] *, [role="tooltip"] *)'
)
#: A row of the list of people; its label is the name.
ROW = f'[role="listitem"][{TILE_ID}]'
#: A room whose devices Meet hears as one: the row of the room, and a part of each device's row.
SHARED_SOUND = '[aria-label="Merged audio"], [aria-label="Adaptive audio group"]'

#: A tile whose person speaks, or a part of it; obfuscated classes change every few months.
LIT = '.Oaajhc, .HX2H7, .wEsLMd, .OgVli, [data-audio-level]:not([data-audio-level="0"])'

PROBES = {
    "name_input": Probe(", ".join(NAME_INPUTS)),
    "join_button": Probe(" | ".join(JOIN_BUTTONS)),
    "without_devices": Probe(" | ".join(WITHOUT_DEVICES)),
    "got_it": Probe(" | ".join(GOT_IT)),
    "microphone_on": Probe(", ".join(MICROPHONE_ON)),
    "camera_on": Probe(", ".join(CAMERA_ON)),
    "heading": Probe("h1"),
    "captcha": Probe('iframe[src*="recaptcha"]'),
    "lobby": Probe('[aria-label*="Asking to be let in"], [aria-label^="someone lets you in" i]'),
    "dialog": Probe('[role="dialog"]'),
    "tile": Probe(f"[{TILE_ID}]", mark=TILE_ID),
    "self_tile": Probe(f"[{TILE_ID}]:has([data-self-name])", mark=TILE_ID),
    "tile_name": Probe(f"[{TILE_ID}] {NAME_IN_TILE}", mark=TILE_ID, around=True),
    "row": Probe(ROW, mark=TILE_ID),
    "present_button": Probe(
        'button[aria-label*="Present now"]:not([aria-disabled="true"]), '
        'button[aria-label*="Share screen"]:not([aria-disabled="true"]), '
        'button[aria-label*="Jetzt präsentieren"]:not([aria-disabled="true"])'
    ),
    "leave_button": Probe(", ".join(LEAVE_BUTTONS)),
    "end_screen": Probe(".roSPhc"),
}
