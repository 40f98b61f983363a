"""Pure: a transcript as text, JSON, or subtitles.

Subtitle times count from the first segment. SubRip and WebVTT are written as the players of
November 2026 read them (W3C WebVTT, 4 April 2019).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from vexa.contracts.times import parse_iso

Segment = dict[str, Any]
_NOBODY = "Unknown"


def line_of(segment: Segment) -> str:
    """Return one line: time of day in UTC, name, text."""
    start = parse_iso(segment["absolute_start_time"])
    return f"[{start:%H:%M:%S}] {_name(segment)}: {_one_line(segment['text'])}"


def to_text(transcript: dict[str, Any]) -> str:
    """One line a segment."""
    return "".join(f"{line_of(segment)}\n" for segment in _finals(transcript))


def to_json(transcript: dict[str, Any]) -> str:
    """The transcript as the server gives it."""
    return json.dumps(transcript, ensure_ascii=False, indent=2) + "\n"


def to_srt(transcript: dict[str, Any]) -> str:
    """SubRip."""
    cues = _cues(transcript, ",")
    blocks = (
        f"{number}\n{times}\n{_name(segment)}: {_one_line(segment['text'])}\n"
        for number, (times, segment) in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def to_vtt(transcript: dict[str, Any]) -> str:
    """WebVTT, with a voice for each name."""
    blocks = (
        f"{times}\n<v {_escaped(_name(segment))}>{_escaped(_one_line(segment['text']))}\n"
        for times, segment in _cues(transcript, ".")
    )
    return "\n".join(["WEBVTT\n", *blocks])


#: Name of a format → what writes it.
FORMATS: dict[str, Callable[[dict[str, Any]], str]] = {
    "txt": to_text,
    "json": to_json,
    "srt": to_srt,
    "vtt": to_vtt,
}


def _finals(transcript: dict[str, Any]) -> list[Segment]:
    return [segment for segment in transcript["segments"] if segment["completed"]]


def _name(segment: Segment) -> str:
    return _one_line(segment["speaker"] or _NOBODY)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cues(transcript: dict[str, Any], point: str) -> list[tuple[str, Segment]]:
    finals = _finals(transcript)
    if not finals:
        return []
    begin = min(parse_iso(segment["absolute_start_time"]) for segment in finals)

    def at(text: str) -> str:
        return _offset(parse_iso(text), begin, point)

    return [(f"{at(s['absolute_start_time'])} --> {at(s['absolute_end_time'])}", s) for s in finals]


def _offset(moment: datetime, begin: datetime, point: str) -> str:
    total_ms = max(0, round((moment - begin).total_seconds() * 1000))
    minutes, ms = divmod(total_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{ms // 1000:02d}{point}{ms % 1000:03d}"
