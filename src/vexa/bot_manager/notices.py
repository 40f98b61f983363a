"""Pure: what a bot writes into the chat of a meeting once it is in."""

from __future__ import annotations

#: A setting that asks for silence.
OFF = "off"

#: Language → sentence; English for all others, and where the language is not known before.
NOTICES = {
    "en": "This meeting is being transcribed by this participant.",
    "de": "Diese Besprechung wird von diesem Teilnehmer mitgeschrieben.",
    "es": "Este participante está transcribiendo esta reunión.",
    "fr": "Ce participant transcrit cette réunion.",
    "it": "Questo partecipante sta trascrivendo questa riunione.",
    "nl": "Deze deelnemer schrijft mee met deze vergadering.",
    "pt": "Este participante está transcrevendo esta reunião.",
}


def notice_in(language: str | None, setting: str | None) -> str | None:
    """Return what is to be posted, or None.

    Args:
        language: the meeting's, as a code of Whisper; None when it is to be found out.
        setting: `BOT_NOTICE`; its text is for all languages, and a blank one is none.
    """
    text = (setting or "").strip()
    if text.lower() == OFF:
        return None
    return text or NOTICES.get(language or "en", NOTICES["en"])
