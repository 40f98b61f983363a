"""How a command names a meeting."""

from __future__ import annotations

import pytest

from vexa.commands.addresses import address_of, path_of
from vexa.contracts.errors import InvalidInput

LINK = "https://video.example.org/Weekly"


def test_two_forms_of_one_room_are_one_meeting() -> None:
    link = "Join: <https://meet.google.com/abc-defg-hij?authuser=0>"
    assert address_of(link, None) == address_of("google_meet", "abc-defg-hij")
    assert path_of("/bots", link, None) == "/bots/google_meet/abc-defg-hij"


def test_links_of_an_operators_jitsi_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput):
        address_of(LINK, None)
    monkeypatch.setenv("JITSI_HOSTS", "Video.example.org, other.example.org")
    assert address_of(LINK, None) == ("jitsi", "weekly@video.example.org")
