"""Every text of the Jitsi pages in English and German.

English texts that a bot must recognise are those of jitsi-meet up to 2026-09 (reference §5); German
ones are known for the host's absence, the end and the password; the rest is our own translation. A
typographic apostrophe stands here; a meeting may ask for the straight one.
"""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "prejoin": "Join meeting",
        "your_name": "Enter your name",
        "join": "Join meeting",
        "join_without_audio": "Join without audio",
        "unsafe": "The room name is unsafe. Unwanted participants may join your conference.",
        "unsafe_consent": "I understand the risks, I want to join the meeting",
        "name_missing": "Enter your name to join",
        "guest": "Continue as guest",
        "sign_in": "Sign in",
        "landing": "Secure and high quality meetings",
        "not_found": "404 Not Found",
        "password_title": "Password required",
        "password_label": "A participant has locked the meeting. Please enter the password.",
        "password_wrong": "Incorrect password",
        "ok": "OK",
        "cancel": "Cancel",
        "lobby_title": "Join meeting",
        "knock": "Ask to Join",
        "asking": "Asking to join meeting...",
        "asking_why": "You’ll join the meeting as soon as someone accepts your request",
        "enter_password": "I have a meeting password",
        "enter_password_label": "Enter password",
        "host_title": "Waiting for the host ...",
        "host_text": "The conference has not yet started. If you are the host then please log in.",
        "moderator": "Waiting for a moderator",
        "denied": "Your join request was rejected by a moderator.",
        "timeout": "Nobody answered",
        "blocked": "Sorry, you’re not allowed to join this call.",
        "kicked": "Ouch! The host kicked you out of the meeting",
        "disconnected": "You have been disconnected.",
        "ended": "Thank you for using Jitsi Meet!",
        "rejoin": "Rejoin",
        "reconnecting": "Reconnecting",
        "you": "me",
        "mic_off": "Mute microphone",
        "mic_on": "Unmute microphone",
        "cam_on": "Start camera",
        "chat": "Open chat",
        "people": "Open participants pane",
        "more": "More actions",
        "leave": "Leave the meeting",
        "leave_menu": "Leave meeting",
        "end_menu": "End meeting for all",
        "host_muted": "You have been muted by the host!",
    },
    "de": {
        "prejoin": "Konferenz beitreten",
        "your_name": "Geben Sie Ihren Namen ein",
        "join": "Konferenz beitreten",
        "join_without_audio": "Ohne Ton beitreten",
        "unsafe": "Der Raumname ist unsicher. Unerwünschte Personen könnten teilnehmen.",
        "unsafe_consent": "Ich verstehe das Risiko und möchte teilnehmen",
        "name_missing": "Geben Sie Ihren Namen ein, um beizutreten",
        "guest": "Als Gast fortfahren",
        "sign_in": "Anmelden",
        "landing": "Sichere Konferenzen in hoher Qualität",
        "not_found": "404 Not Found",
        "password_title": "Passwort erforderlich",
        "password_label": "Die Konferenz wurde gesperrt. Bitte geben Sie das Passwort ein.",
        "password_wrong": "Falsches Passwort",
        "ok": "OK",
        "cancel": "Abbrechen",
        "lobby_title": "Konferenz beitreten",
        "knock": "Beitritt anfragen",
        "asking": "Beitritt wird angefragt...",
        "asking_why": "Sie nehmen an der Konferenz teil, sobald jemand Ihre Anfrage annimmt",
        "enter_password": "Ich habe ein Passwort",
        "enter_password_label": "Passwort eingeben",
        "host_title": "Warten auf den Organisator...",
        "host_text": "Die Konferenz wurde noch nicht gestartet. Wenn Sie der Organisator sind, "
        "authentifizieren Sie sich.",
        "moderator": "Warten auf einen Moderator",
        "denied": "Ihre Beitrittsanfrage wurde von einem Moderator abgelehnt.",
        "timeout": "Niemand hat geantwortet",
        "blocked": "Sie sind nicht berechtigt, dieser Konferenz beizutreten.",
        "kicked": "Autsch! Sie wurden aus der Konferenz entfernt",
        "disconnected": "Die Verbindung wurde getrennt.",
        "ended": "Danke für die Verwendung von Jitsi Meet!",
        "rejoin": "Erneut beitreten",
        "reconnecting": "Verbindung wird wiederhergestellt",
        "you": "ich",
        "mic_off": "Mikrofon stummschalten",
        "mic_on": "Stummschaltung aufheben",
        "cam_on": "Kamera einschalten",
        "chat": "Chat öffnen",
        "people": "Personenliste öffnen",
        "more": "Weitere Einstellungen",
        "leave": "Konferenz verlassen",
        "leave_menu": "Konferenz verlassen",
        "end_menu": "Konferenz für alle beenden",
        "host_muted": "Sie wurden stummgeschaltet!",
    },
}


def page_texts(locale: str, apostrophe: str) -> dict[str, str]:
    """Return all texts of one language, with one kind of apostrophe."""
    texts = TEXTS[locale]
    if apostrophe == "straight":
        return {key: text.replace("’", "'") for key, text in texts.items()}
    return dict(texts)
