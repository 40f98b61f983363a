"""Which endpoint gets which event."""

from __future__ import annotations

import pytest

from vexa.contracts.webhooks import EventType, wants


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        (None, {"meeting.status_change", "meeting.completed", "bot.failed"}),
        ({}, {"meeting.completed"}),
        ({"meeting.completed": False}, set()),
        ({"bot.failed": True, "recording.ready": True}, {"meeting.completed", "bot.failed"}),
        (
            {"meeting.started": True, "meeting.status_change": True},
            {"meeting.status_change", "meeting.started", "meeting.completed"},
        ),
    ],
)
def test_events_follow_the_generation_that_the_endpoint_speaks(
    events: dict[str, bool] | None, wanted: set[str]
) -> None:
    told = {str(event) for event in EventType if wants(events, event)}
    assert told == wanted | {"webhook.test"}
