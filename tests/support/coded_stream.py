"""Drives the pure speech core with coded audio: every word can be traced to its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.buffer import AudioRun, Run
from vexa.whisperlive.engines.base import DecodeHints, Hypothesis, Samples
from vexa.whisperlive.engines.scripted import ScriptedEngine, code_speech
from vexa.whisperlive.events import Asked, Draft, Event, Final, Point, Safe, Segment
from vexa.whisperlive.session import SpeechSession
from vexa.whisperlive.turns import TurnPolicy
from vexa.whisperlive.vad import LoudnessVad

Decode = Callable[[Samples, DecodeHints], Hypothesis]
#: A piece of a stream: audio, or so many samples of nothing.
Piece = Samples | int


@dataclass
class Heard:
    """What a session said, in order."""

    events: list[Event] = field(default_factory=list)

    @property
    def finals(self) -> list[Segment]:
        return [event.segment for event in self.events if isinstance(event, Final)]

    @property
    def drafts(self) -> list[Segment]:
        return [event.segment for event in self.events if isinstance(event, Draft)]

    @property
    def points(self) -> list[Point]:
        return [event.point for event in self.events if isinstance(event, Final | Safe)]

    @property
    def words(self) -> list[str]:
        return [word.rstrip(".") for final in self.finals for word in final.text.split()]


def say(*parts: Sequence[int] | float) -> Samples:
    """Write a stream: lists of word codes, and silences in seconds."""
    pieces = [
        np.zeros(int(part * SAMPLE_RATE_HZ), dtype=np.float32)
        if isinstance(part, int | float)
        else code_speech(part, word_s=0.3, gap_s=0.1)
        for part in parts
    ]
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)


def split(samples: Samples, lengths: Iterable[int]) -> list[Samples]:
    """Cut a stream into pieces of these lengths, over and over."""
    sizes = list(lengths)
    pieces: list[Samples] = []
    start = 0
    while start < len(samples):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(samples[start : start + size])
        start += size
    return pieces


class Driver:
    """A session whose decodes are answered at once, every `every_s` of audio."""

    def __init__(
        self,
        point: Point | None = None,
        *,
        step_s: float | None = 0.5,
        decode: Decode | None = None,
        policy: TurnPolicy | None = None,
        with_words: bool = False,
        language: str | None = "en",
        asked: Asked | None = None,
    ) -> None:
        self.session = SpeechSession(
            policy or TurnPolicy(),
            point or Point(),
            asked or Asked(language=language),
            with_words=with_words,
        )
        self.heard = Heard()
        self.step_s = step_s
        self._decode = decode or ScriptedEngine().decode
        self._vad = LoudnessVad()

    def feed(self, piece: Piece) -> None:
        """Hear one piece, then decode what is wanted."""
        cutter = self.session.cutter
        for run in cutter.skip(piece) if isinstance(piece, int) else cutter.push(piece):
            self._hear(run)
        self.decode_all()

    def _hear(self, run: Run) -> None:
        probabilities = self._vad.probabilities(run.samples) if isinstance(run, AudioRun) else []
        self.heard.events += self.session.hear(run, probabilities)

    def decode_all(self) -> None:
        """Answer requests until there are none."""
        while (request := self.session.wanted(self.step_s)) is not None:
            samples = self.session.begin(request)
            answer = self._decode(samples, request.hints)
            self.heard.events += self.session.decoded(request, answer)

    def finish(self) -> Heard:
        """End the audio; return everything that was said."""
        self.feed(512)
        self.heard.events += self.session.end_turn()
        self.decode_all()
        return self.heard


def hear_all(pieces: Iterable[Piece], driver: Driver | None = None) -> Heard:
    """Feed pieces to a driver, to the end."""
    driver = driver or Driver()
    for piece in pieces:
        driver.feed(piece)
    return driver.finish()
