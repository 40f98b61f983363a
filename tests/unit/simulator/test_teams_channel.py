"""Messages of Teams' channel: JSON behind bytes that look like it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from vexa.simulator.teams.captions import CaptionLine
from vexa.simulator.teams.channel import dominance, recognition


def test_the_json_begins_at_the_first_mark_that_can_be_parsed() -> None:
    message = dominance([7, 5])
    assert message.index(b"[") < message.index(b"[{")
    assert json.loads(message[message.index(b"[{") :]) == [{"type": "dsh", "history": [7, 5]}]


def test_a_line_of_captions_has_its_time_in_100_ns_since_1900() -> None:
    began = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    line = CaptionLine(1, 5, "word word", 100, 0.8, is_final=True)
    message = recognition(line, "8:orgid:x", began.timestamp())
    [result] = json.loads(message[message.index(b"{") :])["recognitionResults"]
    sent = datetime(1900, 1, 1, tzinfo=UTC) + timedelta(
        microseconds=result.pop("timestampAudioSent") / 10
    )
    assert abs(sent - began) < timedelta(milliseconds=1)
    assert result == {
        "userId": "8:orgid:x",
        "text": "word word",
        "isFinal": True,
        "duration": 8_000_000,
    }
