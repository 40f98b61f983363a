"""Every text by which a double tells where a bot stands is one that the adapter knows.

In each language and with each apostrophe: a page in a language that nobody tried would else be
told as a page that changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from vexa.platforms.base import PageView, plain
from vexa.platforms.google_meet import selectors as meet
from vexa.platforms.jitsi import selectors as jitsi
from vexa.platforms.teams import selectors as teams
from vexa.platforms.zoom import selectors as zoom
from vexa.simulator.google_meet.texts import TEXTS as MEET_TEXTS
from vexa.simulator.jitsi.texts import TEXTS as JITSI_TEXTS
from vexa.simulator.teams.texts import TEXTS as TEAMS_TEXTS
from vexa.simulator.zoom.texts import TEXTS as ZOOM_TEXTS

#: Platform → its double's texts, and for each text that tells something the phrases that know it.
KNOWN: dict[str, tuple[dict[str, dict[str, str]], dict[str, tuple[str, ...]]]] = {
    "google_meet": (
        MEET_TEXTS,
        {
            "lobby_title": meet.LOBBY_TEXTS,
            "lobby_text": meet.LOBBY_TEXTS,
            "timeout": meet.KNOCK_TIMED_OUT_TEXTS,
            "denied": meet.DENIED_TEXTS,
            "blocked": meet.BLOCKED_TEXTS,
            "not_found": meet.NOT_FOUND_TEXTS,
            "sign_in": meet.SIGN_IN_HEADINGS,
            "sign_in_why": meet.SIGN_IN_TEXTS,
            "removed": meet.REMOVED_TEXTS,
            "ended": meet.ENDED_TEXTS,
            "left": meet.LEFT_TEXTS,
            "others_may_see": meet.CONSENT_TEXTS,
            "recording": meet.CONSENT_TEXTS,
            "gemini": meet.CONSENT_TEXTS,
            "effects": meet.PREVIEW_TEXTS,
        },
    ),
    "teams": (
        TEAMS_TEXTS,
        {
            "lobby": teams.LOBBY_TEXTS,
            "not_started": teams.NOT_STARTED_TEXTS,
            "denied": teams.DENIED_TEXTS,
            "blocked": teams.RETRY_TEXTS,
            "verify": teams.SIGN_IN_TEXTS,
            "not_found": teams.NOT_FOUND_TEXTS,
            "captcha": teams.CAPTCHA_TEXTS,
            "removed": teams.REMOVED_TEXTS,
            "ended": teams.ENDED_TEXTS,
            "left": teams.LEFT_TEXTS,
            "unknown": teams.NOT_NAMES,
        },
    ),
    "zoom": (
        ZOOM_TEXTS,
        {
            "error_title": zoom.ERROR_TITLES,
            "invalid": zoom.INVALID_TEXTS,
            "waits_for_host": zoom.NOT_STARTED_TEXTS,
            "wall": zoom.WALL_TEXTS,
            "blocked": zoom.SIGN_IN_TEXTS,
            "passcode_wrong": zoom.WRONG_PASSCODE_TEXTS,
            "cannot_connect": zoom.RETRY_TEXTS,
            "lobby": zoom.LOBBY_TEXTS,
            "joining": zoom.JOINING_TEXTS,
            "removed": zoom.REMOVED_TEXTS,
            "ended": zoom.ENDED_TEXTS,
        },
    ),
    "jitsi": (
        JITSI_TEXTS,
        {
            "asking": jitsi.LOBBY_TEXTS,
            "asking_why": jitsi.LOBBY_TEXTS,
            "host_title": jitsi.NOT_STARTED_TEXTS,
            "host_text": jitsi.NOT_STARTED_TEXTS,
            "moderator": jitsi.NOT_STARTED_TEXTS,
            "denied": jitsi.DENIED_TEXTS,
            "blocked": jitsi.NOT_ALLOWED_TEXTS,
            "password_wrong": jitsi.WRONG_PASSWORD_TEXTS,
            "kicked": jitsi.KICKED_TEXTS,
            "ended": jitsi.ENDED_TEXTS,
            "disconnected": jitsi.DISCONNECTED_TEXTS,
        },
    ),
}

#: Platform → for each text on a control, the selectors by which an adapter finds the control.
CONTROLS: dict[str, dict[str, tuple[str, ...]]] = {
    "google_meet": {
        "ask_to_join": meet.JOIN_BUTTONS,
        "join_now": meet.JOIN_BUTTONS,
        "without_devices": meet.WITHOUT_DEVICES,
        "got_it": meet.GOT_IT,
        "stay": meet.GOT_IT,
        "mic_off": meet.MICROPHONE_ON,
        "cam_off": meet.CAMERA_ON,
        "leave": meet.LEAVE_BUTTONS,
        "chat": meet.CHAT_BUTTONS,
        "send": meet.CHAT_INPUTS,
        "present": (meet.PROBES["present_button"].selector,),
    },
    "teams": {
        "continue": teams.LAUNCHER_BUTTONS,
        "join": teams.JOIN_BUTTONS,
        "without_devices": teams.WITHOUT_DEVICES,
        "cancel": teams.CANCEL_BUTTONS,
        "retry": teams.RETRY_BUTTONS,
        "computer_audio": teams.COMPUTER_AUDIO,
        "leave": teams.LEAVE_BUTTONS,
        "pictures_off": teams.PICTURES_OFF,
    },
    "zoom": {
        "from_browser": zoom.LAUNCH_LINKS,
        "launch": zoom.LAUNCH_BUTTONS,
        "agree": zoom.TERMS_BUTTONS,
        "allow": zoom.ALLOW_BUTTONS,
        "got_it": zoom.POPUP_BUTTONS,
        "join_audio": zoom.JOIN_AUDIO_LABELS,
        "mute_mine": zoom.AUDIO_JOINED_LABELS,
        "unmute_mine": zoom.AUDIO_JOINED_LABELS,
        "computer_audio": zoom.COMPUTER_AUDIO_BUTTONS,
        "leave": zoom.LEAVE_BUTTONS,
        "more": zoom.MORE_BUTTONS,
        "pictures_off": zoom.PICTURES_OFF,
        "chat": zoom.CHAT_BUTTONS,
    },
    "jitsi": {"guest": jitsi.GUEST_BUTTONS, "leave_menu": jitsi.LEAVE_MENU},
}


def finds(selector: str, said: str) -> bool:
    """Tell whether a selector's quoted words, or the whole of one without any, are in a text."""
    words = re.findall(r"\"([^\"]+)\"", selector) or [selector]
    folds = '" i]' in selector or '"' not in selector
    return any((word.casefold() in said.casefold()) if folds else (word in said) for word in words)


def every_text() -> Iterable[tuple[str, str, str]]:
    """Platform, language and key of every text that tells something."""
    for platform, (texts, known) in KNOWN.items():
        for language in texts:
            for key in known:
                yield platform, language, key


@pytest.mark.parametrize(("platform", "language", "key"), list(every_text()))
def test_the_adapter_knows_what_the_double_says(platform: str, language: str, key: str) -> None:
    texts, known = KNOWN[platform]
    for said in (texts[language][key], texts[language][key].replace("’", "'")):
        assert PageView(text=plain(said)).says(known[key]), said


@pytest.mark.parametrize(
    ("platform", "language", "key"),
    [
        (platform, language, key)
        for platform, controls in CONTROLS.items()
        for language in KNOWN[platform][0]
        for key in controls
    ],
)
def test_the_adapter_finds_the_doubles_controls(platform: str, language: str, key: str) -> None:
    said = KNOWN[platform][0][language][key]
    assert any(finds(selector, said) for selector in CONTROLS[platform][key]), said
