"""What Jitsi Meet's pages look like, in the form of docs/adding/platform.md.

Source: jitsi-meet's own files and public bot projects. Jitsi's own state (`page_code.STATE`) is
trusted before any text: it needs no language.
"""

from __future__ import annotations

from vexa.platforms.base import Probe

READ_ON = "2026-09-30"


def _text_button(text: str) -> str:
    return f'//*[self::button or self::a or @role="button"][normalize-space(.)="{text}"]'


PREJOIN = '[data-testid="prejoin.screen"]'
NAME_INPUTS = ("#premeeting-name-input", f'{PREJOIN} input[type="text"]')
JOIN_BUTTONS = ('[data-testid="prejoin.joinMeeting"]',)
#: "I understand the risks": unticked, it keeps the join button from working.
CONSENT_BOXES = (f'{PREJOIN} input[type="checkbox"]:not(:checked)',)
JOIN_ERROR = '[data-testid="prejoin.errorMessage"]'

#: Landing pages of deployments that would rather have people signed in.
GUEST_BUTTONS = (
    _text_button("Continue as guest"),
    _text_button("Join as guest"),
    _text_button("Continue without an account"),
    # (guess)
    _text_button("Als Gast fortfahren"),
    _text_button("Als Gast teilnehmen"),
)

PASSWORD_INPUT = 'input[name="lockKey"]'
LOBBY_SCREEN = ".lobby-screen"
LOBBY_NAME_INPUTS = ('[data-testid="lobby.nameField"]', f'{LOBBY_SCREEN} input[type="text"]')
LOBBY_KNOCK_BUTTONS = ('[data-testid="lobby.knockButton"]',)
LOBBY_HAS_PASSWORD = '[data-testid="lobby.enterPasswordButton"]'
LOBBY_PASSWORD_INPUT = '[data-testid="lobby.password"]'
LOBBY_PASSWORD_BUTTON = '[data-testid="lobby.passwordJoinButton"]'

LEAVE_BUTTON = '[aria-label="Leave the meeting"]'
#: What the hang-up button may open for a moderator.
LEAVE_MENU = (_text_button("Leave meeting"), _text_button("Konferenz verlassen"))

PROBES: dict[str, Probe] = {
    "prejoin": Probe(PREJOIN),
    "name_input": Probe(", ".join(NAME_INPUTS)),
    "join_button": Probe(JOIN_BUTTONS[0]),
    "consent_box": Probe(CONSENT_BOXES[0]),
    "join_error": Probe(JOIN_ERROR),
    "guest_button": Probe(" | ".join(GUEST_BUTTONS)),
    "password": Probe(PASSWORD_INPUT),
    "lobby": Probe(LOBBY_SCREEN),
    "knock_button": Probe(LOBBY_KNOCK_BUTTONS[0]),
    "lobby_name": Probe(", ".join(LOBBY_NAME_INPUTS)),
    "lobby_has_password": Probe(LOBBY_HAS_PASSWORD),
    "lobby_password": Probe(LOBBY_PASSWORD_INPUT),
    "leave_button": Probe(LEAVE_BUTTON),
}

LOBBY_TEXTS = (
    "Asking to join meeting",
    "You'll join the meeting as soon as someone accepts your request",
    # (guess)
    "Beitritt wird angefragt",
    "Sie nehmen an der Konferenz teil, sobald jemand Ihre Anfrage annimmt",
)
#: Nobody may come in before somebody who may begin the meeting.
NOT_STARTED_TEXTS = (
    "Waiting for the host",
    "has not yet started",
    "Waiting for a moderator",
    "Warten auf den Organisator",
    "wurde noch nicht gestartet",
    # (guess)
    "Warten auf einen Moderator",
)
#: Written to the console alone where a deployment lets only members begin a meeting.
MEMBERS_ONLY = "conference.connectionError.membersOnly"

DENIED_TEXTS = (
    "rejected by a moderator",
    "request was rejected",
    "join request was declined",
    # (guess)
    "von der Moderation abgelehnt",
    "von einem Moderator abgelehnt",
)
#: What other versions say of it, in whatever sentence (public bots, 2026-09).
DECLINED_TEXTS = (
    "declined",
    # (guess)
    "abgelehnt",
)
WRONG_PASSWORD_TEXTS = ("Incorrect password", "Wrong password", "Falsches Passwort")
NOT_ALLOWED_TEXTS = (
    "you're not allowed to join this call",
    "Sie sind nicht berechtigt, dieser Konferenz beizutreten",
)

KICKED_TEXTS = (
    "kicked out of the meeting",
    "kicked you out of the meeting",
    # (guess)
    "aus der Konferenz entfernt",
)
ENDED_TEXTS = (
    "Thank you for using",
    "Call terminated",
    "The meeting has been terminated",
    "Danke für die Verwendung von",
    "Konferenz beendet",
)
#: Passes by itself: Jitsi reconnects.
DISCONNECTED_TEXTS = ("You have been disconnected", "Die Verbindung wurde getrennt")

#: Names that Jitsi makes up for whoever gave none.
NOT_NAMES = ("Fellow Jitster",)
