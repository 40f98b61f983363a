"""One meeting however its id is written in a path."""

from __future__ import annotations

import pytest

from vexa.contracts.meeting import MeetingKey, PlatformName
from vexa.platforms.registry import meeting_key


@pytest.mark.parametrize(
    ("platform", "written", "kept"),
    [
        (PlatformName.GOOGLE_MEET, " abc-defg-hij ", "abc-defg-hij"),
        (PlatformName.ZOOM, "123 4567 8901", "12345678901"),
        (PlatformName.ZOOM, "123-4567-8901", "12345678901"),
        (PlatformName.TEAMS, " 9361792952021 ", "9361792952021"),
        (PlatformName.ZOOM, " no id ", "no id"),
        (PlatformName.ZOOM, "", ""),
    ],
)
def test_an_id_is_looked_for_as_it_was_kept(
    platform: PlatformName, written: str, kept: str
) -> None:
    assert meeting_key(platform, written) == MeetingKey(platform, kept)
