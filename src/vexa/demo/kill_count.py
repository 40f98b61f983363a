"""What a meeting lost while its processes were killed. Pure.

Finals that a client saw are compared with the transcript at the end; speech that was played while
a bot was in the meeting is looked for in it.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from vexa.contracts.times import parse_iso
from vexa.demo.api_client import Frame
from vexa.demo.heard import plain_words

#: An utterance of at least this many words counts as lost when less than this share was heard:
#: far below what a speech model misses, far above what chance gives.
LEAST_WORDS = 5
LEAST_RECALL = 0.34
#: Two finals of one session say the same thing twice if they share this much time and words.
SHARED_TIME_S = 0.5
SHARED_WORDS = 0.6
#: Speech this close to the bot's coming or going may be cut.
EDGE_S = 1.5


@dataclass(frozen=True, slots=True)
class Stay:
    """When a bot was in the meeting, epoch seconds."""

    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Losses:
    """Counts; each entry of the lists names one case by ids and times, never by words."""

    finals: int
    lost: list[str]
    doubled: list[str]
    changed: list[str]


def count_losses(
    frames: list[Frame],
    transcripts: list[dict[str, Any]],
    truth: list[dict[str, Any]],
    stays: list[Stay],
) -> Losses:
    """Compare what was seen and said with the transcripts at the end (one a bot)."""
    stored = [segment for transcript in transcripts for segment in transcript["segments"]]
    finals = [segment for segment in stored if segment["completed"]]
    seen, changed = _finals_seen(frames)
    texts = {segment["segment_id"]: segment for segment in finals}
    lost = [f"final {segment_id}" for segment_id in seen if segment_id not in texts]
    changed += [
        f"stored {segment_id}"
        for segment_id, text in seen.items()
        if segment_id in texts and texts[segment_id]["text"] != text
    ]
    lost += _lost_utterances(finals, truth, stays)
    return Losses(len(finals), lost, _doubled(finals), changed)


def _finals_seen(frames: list[Frame]) -> tuple[dict[str, str], list[str]]:
    seen: dict[str, str] = {}
    speakers: dict[str, str] = {}
    changed = []
    for _arrived_s, frame in frames:
        for segment in (frame.get("payload") or {}).get("segments", []):
            segment_id = segment["segment_id"]
            if not segment["completed"]:
                if segment_id in seen:
                    changed.append(f"draft after final {segment_id}")
                continue
            if seen.setdefault(segment_id, segment["text"]) != segment["text"]:
                changed.append(f"text {segment_id}")
            name = segment["speaker"]
            if name and speakers.setdefault(segment_id, name) != name:
                changed.append(f"speaker {segment_id}")
    return seen, changed


def _doubled(finals: list[dict[str, Any]]) -> list[str]:
    counts = Counter(segment["segment_id"] for segment in finals)
    doubled = [f"id {segment_id}" for segment_id, count in counts.items() if count > 1]
    sessions = defaultdict(list)
    for segment in finals:
        sessions[segment["session_uid"]].append(segment)
    for segments in sessions.values():
        segments.sort(key=lambda segment: segment["start"])
        for before, after in itertools.pairwise(segments):
            if _says_the_same(before, after):
                doubled.append(f"time {before['segment_id']} {after['segment_id']}")
    return doubled


def _says_the_same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    if before["end"] - after["start"] < SHARED_TIME_S:
        return False
    first, second = Counter(plain_words(before["text"])), Counter(plain_words(after["text"]))
    smaller = min(first.total(), second.total())
    return smaller > 1 and (first & second).total() >= SHARED_WORDS * smaller


def _lost_utterances(
    finals: list[dict[str, Any]], truth: list[dict[str, Any]], stays: list[Stay]
) -> list[str]:
    lost = []
    for line in truth:
        start_s, end_s = line["start_epoch_s"], line["end_epoch_s"]
        heard_by_a_bot = any(
            stay.from_s + EDGE_S <= start_s and end_s <= stay.until_s - EDGE_S for stay in stays
        )
        words = Counter(plain_words(line["text"]))
        if not heard_by_a_bot or words.total() < LEAST_WORDS:
            continue
        heard: Counter[str] = Counter()
        for segment in finals:
            if segment["speaker"] in (line["name"], None) and _overlaps(segment, start_s, end_s):
                heard.update(plain_words(segment["text"]))
        if (words & heard).total() < LEAST_RECALL * words.total():
            lost.append(f"speech {start_s:.1f}-{end_s:.1f}")
    return lost


def _overlaps(segment: dict[str, Any], start_s: float, end_s: float) -> bool:
    first = parse_iso(segment["absolute_start_time"]).timestamp()
    last = parse_iso(segment["absolute_end_time"]).timestamp()
    return first < end_s + EDGE_S and last > start_s - EDGE_S
