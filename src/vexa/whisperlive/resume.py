"""Where a session can be taken up again, as fields of a Redis hash and back."""

from __future__ import annotations

import json
from collections.abc import Mapping

from vexa.whisperlive.engines.base import Word
from vexa.whisperlive.events import Asked, Point


def point_fields(point: Point) -> dict[str, str]:
    """Write a point as hash fields."""
    words = [[word.text, round(word.start_s, 3), round(word.end_s, 3)] for word in point.sent]
    return {
        "next_seq": str(point.next_seq),
        "durable_sample": str(point.durable_sample),
        "sent_words": json.dumps(words, ensure_ascii=False),
        "language": point.language or "",
        "asked": "" if point.asked is None else _asked_text(point.asked),
    }


def read_point(fields: Mapping[str, str]) -> Point:
    """Read a point; a missing field has its value of a new session."""
    words = json.loads(fields.get("sent_words") or "[]")
    return Point(
        next_seq=int(fields.get("next_seq") or 0),
        durable_sample=int(fields.get("durable_sample") or 0),
        sent=tuple(Word(str(text), float(start), float(end)) for text, start, end in words),
        language=fields.get("language") or None,
        asked=_read_asked(fields.get("asked")),
    )


def _asked_text(asked: Asked) -> str:
    allowed = None if asked.allowed is None else sorted(asked.allowed)
    return json.dumps([asked.language, asked.task, allowed])


def _read_asked(text: str | None) -> Asked | None:
    if not text:
        return None
    language, task, allowed = json.loads(text)
    return Asked(language, task, None if allowed is None else frozenset(allowed))
