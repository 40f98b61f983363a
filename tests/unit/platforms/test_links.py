"""What people paste, each shape to its one meeting; no input raises anything but a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vexa.contracts.errors import InvalidInput
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.links import MAX_CHARS, parse_link
from vexa.platforms.registry import platform_address

CORPUS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("links.json").read_text()
)
OPTIONS = AddressOptions(jitsi_hosts=frozenset({"video.example.org"}))


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def _parse(row: dict[str, Any]) -> MeetingAddress:
    return parse_link(row["text"], platform=row.get("given"), options=OPTIONS)


@pytest.mark.parametrize("row", CORPUS["meetings"], ids=_ids(CORPUS["meetings"]))
def test_each_shape_is_its_one_meeting(row: dict[str, Any]) -> None:
    found = _parse(row)
    said = {key: row[key] for key in ("platform", "native_id", "passcode", "url")}
    assert {
        "platform": found.platform,
        "native_id": found.native_id,
        "passcode": found.passcode,
        "url": found.url,
    } == said


@pytest.mark.parametrize("row", CORPUS["refused"], ids=_ids(CORPUS["refused"]))
def test_what_is_no_meeting_is_refused_with_a_reason(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        _parse(row)
    assert refused.value.field == "meeting_url"
    assert len(refused.value.detail) > 20


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CORPUS["meetings"]) >= 80
    assert len({row["text"] for row in CORPUS["meetings"]}) == len(CORPUS["meetings"])


@pytest.mark.parametrize("row", CORPUS["meetings"], ids=_ids(CORPUS["meetings"]))
def test_the_canonical_link_is_the_same_meeting_again(row: dict[str, Any]) -> None:
    found = _parse(row)
    for link in (found.url, found.join_url):
        again = parse_link(link, options=OPTIONS)
        assert (again.platform, again.native_id) == (found.platform, found.native_id)
    if found.platform != "teams" or found.native_id.isdigit():
        by_id = platform_address(found.platform, found.native_id, None, OPTIONS)
        assert by_id.native_id == found.native_id


def test_vanity_host_ticket_and_language_stay_in_the_address_to_open() -> None:
    opened = {
        "https://acme.zoom.us/j/82345678901?pwd=abc.1": (
            "https://acme.zoom.us/wc/join/82345678901?pwd=abc.1"
        ),
        "https://zoom.us/w/82345678901?tk=a.b-C": "https://app.zoom.us/wc/82345678901/join?tk=a.b-C",
        "https://8x8.vc/acme/Room?jwt=aa.bb.cc": "https://8x8.vc/acme/room?jwt=aa.bb.cc",
        "https://meet.google.com/abc-defg-hij?hl=de": "https://meet.google.com/abc-defg-hij?hl=de",
        "https://meet.google.com/abc-defg-hij": "https://meet.google.com/abc-defg-hij?hl=en",
    }
    assert {link: parse_link(link).join_url for link in opened} == opened


def test_what_the_client_says_besides() -> None:
    teams = "https://teams.microsoft.com/meet/245967981103"
    assert parse_link(teams, passcode="AbC123dE").passcode == "AbC123dE"
    assert parse_link(f"{teams}?p=FromLink1", passcode="AbC123dE").passcode == "FromLink1"
    for text, passcode, said in (
        (teams, "x", "Teams passcode must be 8-20 alphanumeric characters"),
        ("abc-defg-hij", "x", "Passcode is not supported for Google Meet meetings"),
    ):
        with pytest.raises(InvalidInput, match=said):
            parse_link(text, passcode=passcode)
    with pytest.raises(InvalidInput, match="meeting_url is a link of teams, but platform is zoom"):
        parse_link(teams, platform="zoom")
    with pytest.raises(InvalidInput, match="at most 20000"):
        parse_link("x" * (MAX_CHARS + 1))


@pytest.mark.parametrize(
    ("platform", "native_id", "passcode", "said"),
    [
        (
            "teams",
            "https://teams.live.com/meet/1234567890",
            None,
            "10-15 digits only (not a full URL)",
        ),
        ("teams", "123456789", None, "10-15 digits only (not a full URL)"),
        ("teams", "٠١٢٣٤٥٦٧٨٩", None, "10-15 digits only"),
        ("teams", "0123456789abcdef", None, "send its link as meeting_url"),
        ("teams", "1234567890", "abc", "Teams passcode must be 8-20 alphanumeric characters"),
        ("teams", "1234567890", "with-dash", "Teams passcode must be 8-20 alphanumeric characters"),
        ("zoom", "12345678", None, "Zoom meeting ID must be 9-11 digits"),
        ("zoom", "123456789", "a b", "Zoom passcode must be"),
        ("jitsi", "a/b", None, "Jitsi room must be"),
        ("jitsi", "room@127.0.0.1", None, "127.0.0.1 is not a known Jitsi deployment"),
        ("jitsi", "room@evil/x", None, "this host is not a known Jitsi deployment"),
        ("jitsi", "", None, "Jitsi room must be"),
    ],
)
def test_malformed_ids_are_refused(
    platform: str, native_id: str, passcode: str | None, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        platform_address(platform, native_id, passcode)
    assert said in refused.value.detail
    assert refused.value.field == ("passcode" if passcode else "native_meeting_id")


def test_ids_of_other_platforms_have_the_addresses_of_the_wire() -> None:
    teams = platform_address("teams", "1234567890", "abcd1234")
    assert teams.url == "https://teams.live.com/meet/1234567890"
    assert teams.join_url == "https://teams.live.com/meet/1234567890?p=abcd1234"
    cloud = AddressOptions(teams_host="gov.teams.microsoft.us")
    assert platform_address("teams", "1234567890", None, cloud).url.startswith("https://gov.")
    with pytest.raises(InvalidInput, match="teams_base_host"):
        platform_address("teams", "1234567890", None, AddressOptions(teams_host="example.org"))
    assert platform_address("zoom", "823 4567 8901").url == "https://zoom.us/j/82345678901"
    assert platform_address("jitsi", "Acme~Room@8x8.vc").url == "https://8x8.vc/acme/room"


_PIECES = st.sampled_from(
    [
        *("https://", "http:/", "msteams:", "zoommtg://", "meet.google.com", "teams.microsoft.com"),
        *("zoom.us", "8x8.vc", "meet.jit.si", "/j/", "/meet/", "/l/meetup-join/", "/v2/#/meet/"),
        *("?p=", "?pwd=", "?url=", "?coords=", "&context=", "%25", "%", "..", "[", "]", "@", "\\"),
        *(
            "https://www.google.com/url?q=",
            "https://urldefense.com/v3/__",
            "**A__;AA!",
            "12345678901",
        ),
        *("Passcode: ", "Meeting ID: ", "abc-defg-hij", "\ud800", "\x00", "٣", "{}", "e30=", "\n"),
    ]
)


@example("https://urldefense.com/v3/__a**!__;!")
@example("https://teams.microsoft.com/?" + "a=b&" * 200)
@example("Meeting ID: 123456789 Passcode: " + "x" * 300)
@given(st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=4))).map("".join)))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    for platform in (None, "google_meet", "teams", "zoom", "jitsi"):
        try:
            found = parse_link(text, platform=platform)
        except InvalidInput as exc:
            said = exc
        else:
            assert not set(found.native_id) & set("?#&=/ \n")
            assert len(found.native_id) <= 255
            continue
        assert said.field in {"meeting_url", "passcode"}


@given(st.sampled_from(["google_meet", "teams", "zoom", "jitsi"]), st.text(), st.none() | st.text())
def test_no_id_raises_anything_but_a_refusal(
    platform: str, native_id: str, passcode: str | None
) -> None:
    try:
        found = platform_address(platform, native_id, passcode)
    except InvalidInput as exc:
        assert exc.field in {"native_meeting_id", "passcode"}  # noqa: PT017
        return
    assert found.url.startswith("https://")
