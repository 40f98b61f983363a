"""A transcript as text and as subtitles."""

from __future__ import annotations

import json

from vexa.commands.transcript_formats import FORMATS


def segment(start: str, end: str, text: str, speaker: str | None, completed: bool = True) -> object:
    return {
        "absolute_start_time": f"2026-11-25T{start}Z",
        "absolute_end_time": f"2026-11-25T{end}Z",
        "text": text,
        "speaker": speaker,
        "completed": completed,
    }


TRANSCRIPT = {
    "segments": [
        segment("09:59:58.500", "10:00:00.250", " Good\nmorning. ", "Ada"),
        segment("11:00:01.001", "11:00:02.000", "a < b & c", None),
        segment("11:00:03.000", "11:00:04.000", "not yet", "Ada", completed=False),
    ]
}


def test_text_has_a_line_for_each_final() -> None:
    assert FORMATS["txt"](TRANSCRIPT) == (
        "[09:59:58] Ada: Good morning.\n[11:00:01] Unknown: a < b & c\n"
    )


def test_srt_numbers_cues_from_the_first_word() -> None:
    assert FORMATS["srt"](TRANSCRIPT) == (
        "1\n00:00:00,000 --> 00:00:01,750\nAda: Good morning.\n\n"
        "2\n01:00:02,501 --> 01:00:03,500\nUnknown: a < b & c\n"
    )


def test_vtt_has_voices_and_escapes_markup() -> None:
    assert FORMATS["vtt"](TRANSCRIPT) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.750\n<v Ada>Good morning.\n\n"
        "01:00:02.501 --> 01:00:03.500\n<v Unknown>a &lt; b &amp; c\n"
    )


def test_json_is_what_the_server_gave() -> None:
    assert json.loads(FORMATS["json"](TRANSCRIPT)) == TRANSCRIPT


def test_nothing_said_is_an_empty_file() -> None:
    assert [FORMATS[name]({"segments": []}) for name in ("txt", "srt", "vtt")] == [
        "",
        "",
        "WEBVTT\n",
    ]
