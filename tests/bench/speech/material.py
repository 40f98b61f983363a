"""What is said to the servers, word by word: people who hardly stop, or a meeting in turns."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from whisper_normalizer.english import EnglishTextNormalizer

from tests.support.human_speech import Utterance, load_utterances
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.simulator.flite import write_flite_speech
from vexa.whisperlive.engines.base import Samples

#: Pauses between utterances of one person, seconds: people who hardly stop.
PAUSES_S = (0.3, 1.5)
LEAD_S = 0.5
#: Silence behind the last word, so that a server can end it by itself.
TAIL_S = 3.0
#: A turn in a meeting begins this long after the last one; below zero two talk at a time.
HANDOVER_S = (-1.5, 1.0)
_normalise = EnglishTextNormalizer()  # type: ignore[no-untyped-call]


def plain_words(text: str) -> list[str]:
    """Return words as Whisper's own scores compare them."""
    words: list[str] = _normalise(text).split()
    return words


@dataclass(frozen=True)
class SpokenWord:
    """A reference word; times in seconds from sample 0, None where nobody has aligned it."""

    text: str
    start_s: float | None
    end_s: float | None


@dataclass
class Stream:
    """One person's audio, float32[n] at 16 kHz, and what is said in it."""

    samples: Samples
    words: list[SpokenWord] = field(default_factory=list)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ


def load_voices(folder: Path | None) -> list[list[Utterance]]:
    """Return utterances by speaker: human speech from `folder`, else flite's."""
    utterances = load_utterances(folder) if folder else _flite_utterances()
    speakers = sorted({item.speaker for item in utterances})
    return [[item for item in utterances if item.speaker == name] for name in speakers]


def continuous_talkers(
    voices: list[list[Utterance]], count: int, seconds: float, seed: int
) -> list[Stream]:
    """Make `count` streams in which somebody talks nearly all the time."""
    rng = random.Random(seed)
    return [_talker(voices[index % len(voices)], seconds, rng) for index in range(count)]


def meeting(voices: list[list[Utterance]], people: int, seconds: float, seed: int) -> list[Stream]:
    """Make one meeting: one or two talk at a time, the others are silent."""
    rng = random.Random(seed)
    turns: list[list[tuple[float, Utterance]]] = [[] for _ in range(people)]
    free_at_s = [0.0] * people
    now_s, last = LEAD_S, -1
    while now_s < seconds:
        person = rng.choice([p for p in range(people) if p != last])
        start_s = max(now_s, free_at_s[person] + 0.3)
        for item in rng.sample(voices[person % len(voices)], rng.randint(1, 2)):
            turns[person].append((start_s, item))
            start_s += item.duration_s + rng.uniform(*PAUSES_S)
        free_at_s[person] = start_s
        now_s, last = max(start_s + rng.uniform(*HANDOVER_S), now_s + 0.5), person
    end_s = max(free_at_s) + TAIL_S
    return [_placed(person_turns, end_s) for person_turns in turns]


def _talker(utterances: Sequence[Utterance], seconds: float, rng: random.Random) -> Stream:
    placed: list[tuple[float, Utterance]] = []
    at_s = LEAD_S
    while at_s < seconds:
        for item in rng.sample(utterances, len(utterances)):
            if at_s >= seconds:
                break
            placed.append((at_s, item))
            at_s += item.duration_s + rng.uniform(*PAUSES_S)
    return _placed(placed, at_s + TAIL_S)


def _placed(turns: list[tuple[float, Utterance]], end_s: float) -> Stream:
    samples = np.zeros(int(end_s * SAMPLE_RATE_HZ), dtype=np.float32)
    words: list[SpokenWord] = []
    for start_s, item in turns:
        first = int(start_s * SAMPLE_RATE_HZ)
        samples[first : first + len(item.samples)] += item.samples[: len(samples) - first]
        words += _words(item, start_s)
    return Stream(samples, words)


def _words(item: Utterance, start_s: float) -> list[SpokenWord]:
    if not item.times:
        return [SpokenWord(word, None, None) for word in plain_words(item.text)]
    return [
        SpokenWord(plain, start_s + begin, start_s + end)
        for word, begin, end in item.times
        for plain in plain_words(word)
    ]


def _flite_utterances() -> list[Utterance]:
    """Synthetic speech: no accuracy is to be quoted from it; words are spread evenly in time."""
    with tempfile.TemporaryDirectory() as name:
        write_flite_speech(Path(name))
        return [_evenly_timed(item) for item in load_utterances(Path(name))]


def _evenly_timed(item: Utterance) -> Utterance:
    words = item.text.split()
    share_s = item.duration_s / len(words)
    times = tuple((word, i * share_s, (i + 1) * share_s) for i, word in enumerate(words))
    return replace(item, times=times)
