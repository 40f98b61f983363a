from __future__ import annotations

import pytest

from vexa.contracts.errors import ConfigurationError, InvalidInput
from vexa.contracts.meeting import PlatformName
from vexa.platforms.google_meet.address import join_url
from vexa.platforms.registry import PLATFORMS, descriptions, platform_address

BAD_CODE = "Google Meet ID must be in format 'abc-defg-hij' (lowercase letters only)"


def test_a_code_becomes_an_address() -> None:
    address = platform_address("google_meet", "abc-defg-hij")
    assert address.native_id == "abc-defg-hij"
    assert address.url == "https://meet.google.com/abc-defg-hij"
    assert address.join_url == "https://meet.google.com/abc-defg-hij?hl=en"


def test_padding_is_dropped_from_the_id_too() -> None:
    assert platform_address("google_meet", "  abc-defg-hij\n").native_id == "abc-defg-hij"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "abcdefghij",
        "ABC-DEFG-HIJ",
        "abc-defg-hi",
        "abc-defg-hij-k",
        "abc-d3fg-hij",
        "abc-defg-hij\nx",
        "https://meet.google.com/abc-defg-hij",
        "abc-defg-hij?p=1",
        "аbc-defg-hij",
    ],
)
def test_a_malformed_code_is_refused_in_the_words_of_the_wire(code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        platform_address("google_meet", code)
    assert refused.value.detail == BAD_CODE
    assert refused.value.field == "native_meeting_id"


def test_a_passcode_is_refused_but_an_empty_one_is_none() -> None:
    with pytest.raises(InvalidInput) as refused:
        platform_address("google_meet", "abc-defg-hij", "secret")
    assert refused.value.detail == "Passcode is not supported for Google Meet meetings"
    assert refused.value.field == "passcode"
    assert platform_address("google_meet", "abc-defg-hij", "").native_id == "abc-defg-hij"


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("https://meet.google.com/a?authuser=0&pli=1", "https://meet.google.com/a?hl=en"),
        ("https://meet.google.com/a?hl=de#x", "https://meet.google.com/a?hl=de"),
    ],
)
def test_the_language_is_pinned_and_other_queries_are_dropped(given: str, opened: str) -> None:
    assert join_url(given) == opened


def test_every_platform_of_the_wire_describes_itself_and_no_other_is_known() -> None:
    assert PLATFORMS.names == tuple(sorted(PlatformName))
    for one in descriptions().values():
        assert isinstance(one.adapter().hosts, frozenset)
    with pytest.raises(ConfigurationError):
        platform_address("webex", "1234567890")
