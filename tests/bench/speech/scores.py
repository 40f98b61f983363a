"""What a client saw, against what was said: errors, delays, and whether finals held."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import jiwer
import numpy as np
from numpy.typing import NDArray

from tests.bench.speech.material import Stream, plain_words
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.base import Samples

#: Word times of the reference and of a model differ by this much, seconds.
TIME_SLACK_S = 0.25
#: Quieter than this is a pause: the words of the reference fill the pauses between them as well.
AUDIBLE_DBFS = -50.0
#: The reference gives a pause, breath included, to the word behind it. A word itself takes no more
#: than this before its end, by its letters; read English has 0.08 s a letter (median).
WORD_S = 0.3
LETTER_S = 0.1


@dataclass
class StreamScore:
    """One stream of one run. Delays: seconds from a word's end in the reference."""

    said: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    draft_s: list[float] = field(default_factory=list)
    final_s: list[float] = field(default_factory=list)
    #: Times at which the words of `final_s` ended in the audio.
    spoken_at_s: list[float] = field(default_factory=list)
    never_final: int = 0
    settled_changed: int = 0
    timed_s: float = 0.0
    uncovered_s: float = 0.0
    false_words: int = 0
    top_level: int = 0

    @property
    def errors(self) -> int:
        """Words that were wrong."""
        return self.substitutions + self.deletions + self.insertions


@dataclass
class _Final:
    at_s: float
    text: str
    start_s: float
    end_s: float


@dataclass
class _Heard:
    finals: dict[str, _Final] = field(default_factory=dict)
    shown: list[tuple[float, int, list[str]]] = field(default_factory=list)
    changed: int = 0
    open_text: str = ""
    top_level: int = 0


def score_stream(stream: Stream, messages: list[Any]) -> StreamScore:
    """Score what came back for one stream.

    Args:
        stream: what was said.
        messages: pairs of arrival, in seconds from its first sample, and message.
    """
    heard = _read(messages)
    said = [word.text for word in stream.words]
    timed = [
        (word, final.at_s) for final in heard.finals.values() for word in plain_words(final.text)
    ]
    final_words = [word for word, _ in timed]
    everything = [*final_words, *plain_words(heard.open_text)]
    score = StreamScore(said=len(said), settled_changed=heard.changed, top_level=heard.top_level)
    if not said:
        score.false_words = len(everything)
        return score
    counted = jiwer.process_words(" ".join(said), " ".join(everything))
    score.substitutions = counted.substitutions
    score.deletions, score.insertions = counted.deletions, counted.insertions
    _add_delays(score, stream, timed, _first_shown(final_words, heard.shown))
    _add_cover(score, stream, list(heard.finals.values()))
    return score


def _read(messages: list[Any]) -> _Heard:
    heard = _Heard()
    settled: dict[str, list[str]] = {}
    for at_s, message in messages:
        if message.get("type") == "load":
            heard.top_level = max(heard.top_level, message["level"])
            continue
        before = sum(len(plain_words(final.text)) for final in heard.finals.values())
        heard.open_text = ""
        for segment in message["segments"]:
            _read_segment(heard, settled, segment, at_s)
        heard.shown.append((at_s, before, plain_words(_new_text(heard, at_s))))
    return heard


def _read_segment(
    heard: _Heard, settled: dict[str, list[str]], segment: dict[str, Any], at_s: float
) -> None:
    key = str(segment["seq"]) if "seq" in segment else str(segment["start"])
    text = segment["text"]
    promised = settled.get(key, [])
    if promised and text and text.split()[: len(promised)] != promised:
        heard.changed += 1
    settled[key] = text.split()[: segment.get("settled_words", 0)]
    if not segment["completed"]:
        heard.open_text += " " + text
        return
    known = heard.finals.get(key)
    if known is None:
        times = float(segment["start"]), float(segment["end"])
        heard.finals[key] = _Final(at_s, text, *times)
    elif known.text != text:
        heard.changed += 1


def _new_text(heard: _Heard, at_s: float) -> str:
    fresh = [final.text for final in heard.finals.values() if final.at_s == at_s]
    return " ".join([*fresh, heard.open_text])


def _first_shown(words: list[str], shown: list[tuple[float, int, list[str]]]) -> list[float]:
    """Return when each final word was first seen in its place, draft or final."""
    first = [float("inf")] * len(words)
    for at_s, offset, seen in shown:
        target = words[offset : offset + len(seen) + 8]
        matcher = SequenceMatcher(a=seen, b=target, autojunk=False)
        for _, begin, size in matcher.get_matching_blocks():
            for index in range(offset + begin, offset + begin + size):
                first[index] = min(first[index], at_s)
    return first


def _add_delays(
    score: StreamScore, stream: Stream, timed: list[tuple[str, float]], first: list[float]
) -> None:
    said = " ".join(word.text for word in stream.words)
    aligned = jiwer.process_words(said, " ".join(word for word, _ in timed))
    score.never_final = score.said
    for chunk in aligned.alignments[0]:
        if chunk.type != "equal":
            continue
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx):
            score.never_final -= 1
            end_s = stream.words[chunk.ref_start_idx + step].end_s
            index = chunk.hyp_start_idx + step
            if end_s is not None:
                score.final_s.append(timed[index][1] - end_s)
                score.draft_s.append(min(first[index], timed[index][1]) - end_s)
                score.spoken_at_s.append(end_s)


def _add_cover(score: StreamScore, stream: Stream, finals: list[_Final]) -> None:
    step_s = 0.05
    covered = np.zeros(int(stream.duration_s / step_s) + 2, dtype=bool)
    for final in finals:
        first = max(int((final.start_s - TIME_SLACK_S) / step_s), 0)
        covered[first : int((final.end_s + TIME_SLACK_S) / step_s) + 1] = True
    covered |= ~_audible(stream.samples, len(covered), step_s)
    for word in stream.words:
        if word.start_s is None or word.end_s is None:
            continue
        start_s = max(word.start_s, word.end_s - WORD_S - LETTER_S * len(word.text))
        part = covered[int(start_s / step_s) : max(int(word.end_s / step_s), 1)]
        score.timed_s += len(part) * step_s
        score.uncovered_s += float(np.count_nonzero(~part)) * step_s


def _audible(samples: Samples, steps: int, step_s: float) -> NDArray[np.bool_]:
    """Tell for each step of a stream whether there is sound in it: bool[steps]."""
    length = round(step_s * SAMPLE_RATE_HZ)
    padded = np.zeros(steps * length, dtype=np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    loudness = np.sqrt(np.mean(np.square(padded.reshape(steps, length)), axis=1))
    return np.asarray(loudness > 10 ** (AUDIBLE_DBFS / 20))
