"""What a client saw: finals, and the first frame that showed each word. Pure.

The text that a participant's readers see at one time is the finals of a session so far plus its
present draft. A word counts as shown from the first frame in which that text holds it as often as
the finished transcript does up to that word.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vexa.contracts.times import parse_iso

_WORD = re.compile(r"[^\w']+")


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation: enough to find the same word again."""
    return [word for word in _WORD.split(text.lower()) if word]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word of a final. Epoch seconds; `shown_s` and `final_s` are arrivals at the client."""

    text: str
    name: str | None
    at_s: float
    shown_s: float
    final_s: float


@dataclass(slots=True)
class _Session:
    finals: dict[str, list[str]]
    first_shown: dict[tuple[str, int], float]

    def see(self, segment_id: str, words: list[str], arrived_s: float) -> None:
        counts: Counter[str] = Counter()
        shown = [w for key, final in self.finals.items() if key != segment_id for w in final]
        for word in [*shown, *words]:
            counts[word] += 1
            self.first_shown.setdefault((word, counts[word]), arrived_s)


def read_frames(frames: list[tuple[float, dict[str, Any]]]) -> list[HeardWord]:
    """Turn the frames of one meeting into the words of its finals, in order of time.

    Args:
        frames: arrival in epoch seconds, and a `transcript.mutable` frame, in order of arrival.
    """
    sessions: dict[str, _Session] = defaultdict(lambda: _Session({}, {}))
    heard: list[HeardWord] = []
    for arrived_s, frame in frames:
        for segment in (frame.get("payload") or {}).get("segments", []):
            session = sessions[segment["session_uid"]]
            words = plain_words(segment["text"])
            if segment["segment_id"] in session.finals:
                continue
            session.see(segment["segment_id"], words, arrived_s)
            if segment["completed"]:
                session.finals[segment["segment_id"]] = words
                heard += _heard_words(session, segment, words, arrived_s)
    return sorted(heard, key=lambda word: word.at_s)


def _heard_words(
    session: _Session, segment: dict[str, Any], words: list[str], arrived_s: float
) -> list[HeardWord]:
    start_s = _epoch_s(segment["absolute_start_time"])
    length_s = _epoch_s(segment["absolute_end_time"]) - start_s
    before = Counter(
        w for key, final in session.finals.items() if key != segment["segment_id"] for w in final
    )
    result = []
    for index, word in enumerate(words):
        before[word] += 1
        at_s = start_s + length_s * (index + 0.5) / len(words)
        shown_s = session.first_shown[(word, before[word])]
        result.append(HeardWord(word, segment["speaker"], at_s, shown_s, arrived_s))
    return result


def _epoch_s(text: str) -> float:
    moment: datetime = parse_iso(text)
    return moment.timestamp()
