"""Bodies of POST /bots of every generation, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vexa.bot_manager.bot_requests import WantedBot, read_request
from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.errors import InvalidInput, NotBuiltHere, VexaError
from vexa.contracts.http.bots import MeetingCreate

CODE = "abc-defg-hij"
LINK = f"https://meet.google.com/{CODE}"
TEAMS_LINK = "https://teams.microsoft.com/meet/245967981103?p=AbC123dE"
BY_ID = {"platform": "google_meet", "native_meeting_id": CODE}
DEFAULTS = AutomaticLeave()


def read(body: dict[str, Any], hosts: frozenset[str] = frozenset()) -> WantedBot:
    return read_request(MeetingCreate.model_validate(body), DEFAULTS, hosts)


@pytest.mark.parametrize(
    "body",
    [
        BY_ID,
        {"meeting_url": LINK},
        {**BY_ID, "meeting_url": LINK},
        {"platform": "google_meet", "meeting_url": CODE},
        {"platform": "", "native_meeting_id": " ", "meeting_url": LINK, "passcode": ""},
        {**BY_ID, "meeting_url": "", "bot_name": "", "language": "", "teams_base_host": " "},
        {"native_meeting_id": CODE, "meeting_url": f"<{LINK}?authuser=0>"},
    ],
)
def test_link_and_id_are_one_meeting(body: dict[str, Any]) -> None:
    wanted = read(body)
    assert (wanted.address.platform, wanted.address.native_id) == ("google_meet", CODE)
    assert wanted.address.join_url == f"{LINK}?hl=en"
    assert wanted.bot_name.startswith("VexaBot-")
    assert wanted.data == {
        "bot_name": wanted.bot_name,
        "resolved_timeouts": DEFAULTS.model_dump(),
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "platform and native_meeting_id, or meeting_url, are required"),
        ({"platform": "google_meet"}, "platform and native_meeting_id, or meeting_url"),
        ({"native_meeting_id": CODE}, "platform and native_meeting_id, or meeting_url"),
        ({**BY_ID, "native_meeting_id": "  "}, "native_meeting_id cannot be empty"),
        ({**BY_ID, "platform": "webex"}, "'google_meet', 'zoom', 'teams' or 'jitsi'"),
        ({**BY_ID, "language": "klingon"}, "language must be a Whisper language code"),
        ({**BY_ID, "allowed_languages": ["en", "xx"]}, "allowed_languages must be a Whisper"),
        ({**BY_ID, "automatic_leave": {"max_bot_time": 0}}, "greater than 0"),
        ({**BY_ID, "automatic_leave": {"max_bot_time": 10**30}}, "less than or equal to 604800000"),
        ({**BY_ID, "automatic_leave": []}, "AutomaticLeaveAsked"),
        ({**BY_ID, "bot_name": "two\nlines"}, "bot_name must be one line of printable"),
        ({**BY_ID, "hotwords": "two\nlines"}, "hotwords must be one line of printable"),
        ({**BY_ID, "hotwords": "x" * 601}, "at most 600 characters"),
        ({**BY_ID, "task": "summarise"}, "'transcribe' or 'translate'"),
        ({**BY_ID, "retention_days": -1}, "greater than or equal to 0"),
        ({**BY_ID, "retention_days": 36_501}, "less than or equal to 36500"),
    ],
)
def test_malformed_bodies_say_what_is_allowed(body: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MeetingCreate.model_validate(body)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({**BY_ID, "native_meeting_id": LINK}, "native_meeting_id", "format 'abc-defg-hij'"),
        ({**BY_ID, "passcode": "x"}, "passcode", "not supported for Google Meet"),
        ({"meeting_url": LINK, "passcode": "x"}, "passcode", "not supported for Google Meet"),
        ({"meeting_url": "https://example.org"}, "meeting_url", "allowed are links of"),
        ({"meeting_url": LINK, "platform": "teams"}, "meeting_url", "but platform is teams"),
        (
            {"meeting_url": LINK, "native_meeting_id": "xyz-abcd-efg"},
            *("native_meeting_id", f"must be the meeting of meeting_url, which is {CODE}"),
        ),
        ({"platform": "teams", "native_meeting_id": "12"}, "native_meeting_id", "10-15 digits"),
        (
            {"platform": "teams", "native_meeting_id": "1234567890", "passcode": "no spaces!"},
            *("passcode", "Teams passcode must be 8-20 alphanumeric characters"),
        ),
        (
            {"platform": "teams", "native_meeting_id": "1234567890", "teams_base_host": "evil.org"},
            *("teams_base_host", "must be a Teams host"),
        ),
        ({"platform": "zoom", "native_meeting_id": "12"}, "native_meeting_id", "9-11 digits"),
        (
            {"platform": "jitsi", "native_meeting_id": "r@10.0.0.1"},
            "native_meeting_id",
            "JITSI_HOSTS",
        ),
        ({**BY_ID, "language": "de", "allowed_languages": ["en"]}, "language", "one of allowed"),
    ],
)
def test_refusals_name_the_field(body: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(body)
    assert refused.value.fields["field"] == field
    assert said in refused.value.detail


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "browser_session"}, "mode"),
        ({**BY_ID, "transcription_tier": "deferred"}, "transcription_tier"),
        ({**BY_ID, "transcribe_enabled": False}, "transcribe_enabled"),
        ({**BY_ID, "recording_enabled": True}, "recording_enabled"),
        ({**BY_ID, "voice_agent_enabled": True}, "voice_agent_enabled"),
        ({**BY_ID, "agent_enabled": True}, "agent_enabled"),
        ({**BY_ID, "video": True}, "video"),
        ({**BY_ID, "authenticated": True}, "authenticated"),
        ({**BY_ID, "dry_run": True}, "dry_run"),
        ({**BY_ID, "default_avatar_url": "https://example.org/a.png"}, "default_avatar_url"),
        ({**BY_ID, "zoom_obf_token": "x"}, "zoom_obf_token"),
    ],
)
def test_what_is_not_offered_is_said_not_swallowed(body: dict[str, Any], field: str) -> None:
    with pytest.raises(NotBuiltHere) as refused:
        read(body, frozenset({"video.example.org"}))
    assert refused.value.fields["field"] == field


def test_an_account_is_taken_where_this_server_has_one_for_the_platform() -> None:
    body = MeetingCreate.model_validate({**BY_ID, "authenticated": True})
    wanted = read_request(body, AutomaticLeave(), frozenset(), frozenset({"google_meet"}))
    assert wanted.authenticated
    assert wanted.data["authenticated"] is True
    guest = MeetingCreate.model_validate(BY_ID)
    plain = read_request(guest, AutomaticLeave(), frozenset(), frozenset({"google_meet"}))
    assert "authenticated" not in plain.data


def test_a_platform_without_accounts_says_so_whatever_the_server_has() -> None:
    body = {"platform": "jitsi", "native_meeting_id": "StandupOfAcme", "authenticated": True}
    with pytest.raises(NotBuiltHere, match="no accounts in jitsi meetings") as refused:
        read(body)
    assert refused.value.fields["field"] == "authenticated"
    with pytest.raises(NotBuiltHere, match="no account for bots in google_meet"):
        read({**BY_ID, "authenticated": True})


@pytest.mark.parametrize(
    ("body", "native_id", "host"),
    [
        ({"meeting_url": "https://meet.jit.si/Room"}, "room", "meet.jit.si"),
        (
            {"platform": "jitsi", "native_meeting_id": "Room@video.example.org"},
            *("room@video.example.org", "video.example.org"),
        ),
    ],
)
def test_jitsi_rooms_are_joined_where_an_operator_allows_it(
    body: dict[str, Any], native_id: str, host: str
) -> None:
    wanted = read({**body, "passcode": "s3cret"}, frozenset({"video.example.org"}))
    assert (wanted.address.native_id, wanted.address.host) == (native_id, host)
    assert wanted.address.passcode == "s3cret"


def test_fields_of_later_generations_that_ask_for_what_is_there() -> None:
    wanted = read(
        {
            **BY_ID,
            **{"mode": "meeting", "transcription_tier": "realtime", "transcribe_enabled": True},
            **{"recording_enabled": False, "video": False, "dry_run": False, "authenticated": None},
            **{"default_avatar_url": "", "language": "de", "allowed_languages": ["en", "de"]},
            **{"task": "translate", "bot_name": " Scribe ", "unknown": {"deep": [1]}},
            "automatic_leave": {
                **{"waiting_room_timeout": 5, "everyone_left_timeout": 6, "max_bot_time": None},
                **{"no_one_joined_timeout": 7, "silence_timeout": 0, "unknown": 1},
            },
        }
    )
    assert (wanted.speech.language, wanted.speech.task) == ("de", "translate")
    assert wanted.bot_name == "Scribe"
    assert wanted.leave == AutomaticLeave(
        max_wait_for_admission=5,
        max_time_left_alone=6,
        no_one_joined_timeout=7,
        silence_timeout=0,
    )
    assert wanted.data["allowed_languages"] == ["en", "de"]


def test_hotwords_and_time_to_live_are_taken() -> None:
    wanted = read({**BY_ID, "hotwords": " Vexa, Ada Lovelace ", "retention_days": 0})
    assert wanted.speech.hotwords == wanted.data["hotwords"] == "Vexa, Ada Lovelace"
    assert wanted.retention_days == 0
    assert read({**BY_ID, "hotwords": "  "}).speech.hotwords is None


def test_newer_names_of_automatic_leave_win() -> None:
    leave = {"waiting_room_timeout": 5, "max_wait_for_admission": 9}
    assert read({**BY_ID, "automatic_leave": leave}).leave.max_wait_for_admission == 9


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
_TEXTS = st.sampled_from([LINK, TEAMS_LINK, CODE, "en", "teams", "zoom", "1234567890", "\x00", " "])
_BODIES = st.dictionaries(
    st.sampled_from([*MeetingCreate.model_fields, "unknown"]), _VALUES | _TEXTS, max_size=8
)


@given(_BODIES)
def test_no_body_raises_anything_but_a_clear_refusal(body: dict[str, Any]) -> None:
    try:
        read(body)
    except ValidationError:
        return
    except VexaError as exc:
        assert exc.http_status in {422, 501}  # noqa: PT017
