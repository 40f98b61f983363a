"""Pure core of one speech session: frames, gaps and hypotheses in; requests and segments out.

No I/O and no clock: time is the position in the audio. The shell (`live_session.py`) feeds it,
asks what should be decoded, and stores and sends what it says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.buffer import FRAME_SAMPLES, AudioBuffer, AudioRun, FrameCutter, GapRun, Run
from vexa.whisperlive.engines.base import DecodeHints, Hypothesis, Samples, Word
from vexa.whisperlive.events import (
    Asked,
    Draft,
    Event,
    Final,
    LanguageFound,
    Point,
    Safe,
    Segment,
)
from vexa.whisperlive.manner import Manner, manners
from vexa.whisperlive.stabilizer import Stabilizer
from vexa.whisperlive.turns import Turn, TurnPolicy, TurnTracker, to_samples

#: A turn shorter than this says nothing to an engine before it has ended.
MIN_DRAFT_S = 0.8
#: The step of drafts grows with the turn, as the cost of decoding it does.
STEP_SHARE = 0.1
#: Silence moves the durable position in steps of this length, so that it costs few writes.
SAFE_STEP_S = 5.0
#: A window begins with this many words that are in finals already, to lead the decoder; older ones
#: are let go once that makes it shorter by the second value, seconds (ADR 0026).
LEAD_WORDS = 3
ROLL_S = 1.0
#: The cut before a leading word is looked for this far around it, seconds.
CUT_SLACK_S = 0.1
#: Speech that is long enough to doubt a language that is held, samples.
RECOGNISE_SAMPLES = 3 * SAMPLE_RATE_HZ
#: Windows whose lengths differ by no more than this go into one batch, samples.
LIKE_SAMPLES = 2 * SAMPLE_RATE_HZ
#: Decodes of one finished turn before its open words are given up.
MAX_FAILURES = 3
#: Revisions count in tenths of a second of audio: they rise across a restart of the server.
REVISION_SAMPLES = SAMPLE_RATE_HZ // 10


class Kind(IntEnum):
    """What a decode is for; smaller goes first."""

    FINAL = 0
    PAUSE = 1
    DRAFT = 2


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """A window to decode, from `start` to `end` in samples from sample 0."""

    kind: Kind
    turn: int
    start: int
    end: int
    hints: DecodeHints

    def goes_with(self, other: DecodeRequest) -> bool:
        """Whether both can be decoded in one batch: like length, equal hints but for the prefix."""
        mine, its = self.hints, other.hints
        return (
            mine.language is not None
            and replace(mine, prefix="") == replace(its, prefix="")
            and (self.kind is Kind.DRAFT) == (other.kind is Kind.DRAFT)
            and abs((self.end - self.start) - (other.end - other.start)) <= LIKE_SAMPLES
        )


@dataclass(slots=True)
class _Work:
    turn: Turn
    text: Stabilizer
    manner: Manner
    decoded_to: int = 0
    careful: tuple[int, tuple[Word, ...]] | None = None
    failures: int = 0
    language: str | None = field(default=None)


class SpeechSession:
    """One session. All methods return what happened, in order; positions only grow."""

    def __init__(
        self,
        policy: TurnPolicy,
        point: Point,
        asked: Asked | None = None,
        *,
        with_words: bool = False,
    ) -> None:
        """Begin at `point`; `with_words` puts the words and their times into finals."""
        self.cutter = FrameCutter(point.durable_sample)
        self._manner, manner_before = manners(asked or Asked(), point)
        self._with_words = with_words
        self._buffer = AudioBuffer()
        self._turns = TurnTracker(policy, point.durable_sample)
        self._work: deque[_Work] = deque()
        self._in_flight: DecodeRequest | None = None
        self._next_seq = point.next_seq
        self._last_point = point
        self._last_end_s = 0.0
        self._last_draft: tuple[int, str, int] | None = None
        self._revision = 0
        if point.sent:
            turn = self._turns.open_at(point.durable_sample)
            self._work.append(_Work(turn, Stabilizer(point.sent), manner_before))
            if manner_before is not self._manner:
                sent_samples = round(point.sent[-1].end_s * SAMPLE_RATE_HZ)
                self._turns.cut_soon(turn, turn.start + sent_samples)

    @property
    def head(self) -> int:
        """Position up to which frames were heard."""
        return self._turns.position

    @property
    def held_samples(self) -> int:
        """Audio in memory."""
        return self._buffer.held_samples

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to decode."""
        return not self._work

    def hear(self, run: Run, probabilities: Sequence[float] = ()) -> list[Event]:
        """Take whole frames from `cutter`, with a speech probability for each frame of audio."""
        if isinstance(run, GapRun):
            ended = self._turns.skip(run.samples)
            events = self._after_frame(ended)
        else:
            events = self._hear_audio(run, probabilities)
        return events + self._note_safe(to_samples(SAFE_STEP_S))

    def end_turn(self) -> list[Event]:
        """End the open turn, because no more audio comes, or none for long."""
        return self._after_frame(self._turns.finish())

    def wanted(self, step_s: float | None) -> DecodeRequest | None:
        """Say what should be decoded next, from the newest audio; None when nothing, or in flight.

        Args:
            step_s: how much new audio makes a new draft; None for finals only.
        """
        if self._in_flight is not None or not self._work:
            return None
        work = self._work[0]
        if work.turn.end is not None:
            return self._request(Kind.FINAL, work, work.turn.end)
        if step_s is None or not self._turns.has_speech(work.turn):
            return None
        if self._turns.is_pausing:
            decoded = work.careful is not None and work.careful[0] >= work.turn.speech_end
            return None if decoded else self._request(Kind.PAUSE, work, self.head)
        new_from = max(work.decoded_to, work.turn.start)
        length_s = (self.head - work.turn.start) / SAMPLE_RATE_HZ
        step = to_samples(max(step_s, length_s * STEP_SHARE))
        if work.turn.speech_end <= new_from or self.head - new_from < step:
            return None
        if self.head - work.turn.start < to_samples(MIN_DRAFT_S):
            return None
        return self._request(Kind.DRAFT, work, self.head)

    def begin(self, request: DecodeRequest) -> Samples:
        """Mark a request as in flight; return its window as float32[end − start]."""
        self._in_flight = request
        return self._buffer.read(request.start, request.end)

    def decoded(self, request: DecodeRequest, heard: Hypothesis) -> list[Event]:
        """Take the answer to a request; an answer that came too late changes nothing."""
        self._in_flight = None
        work = self._work[0] if self._work else None
        if work is None or work.turn.number != request.turn:
            return []
        work.decoded_to = max(work.decoded_to, request.end)
        if work.turn.was_cut and request.end > (work.turn.end or 0):
            return []
        events = self._learn_language(work.manner, request, heard)
        work.language = heard.language or work.language
        if request.kind is Kind.FINAL:
            return events + self._complete(work, heard.words)
        if request.kind is Kind.PAUSE:
            work.careful = (request.end, heard.words)
        if not heard.doubtful and heard.words:
            head_s = (request.end - request.start) / SAMPLE_RATE_HZ
            work.text.update(heard.words, head_s)
            while ready := work.text.take_ready(head_s):
                events += self._send(work, ready)
            events += self._show(work)
            if request.kind is Kind.DRAFT:
                self._roll(work, head_s)
        return events + self._complete_front()

    def failed(self, request: DecodeRequest) -> list[Event]:
        """The engine could not answer: try again, a few times."""
        self._in_flight = None
        work = self._work[0] if self._work else None
        if work is None or work.turn.number != request.turn or request.kind is not Kind.FINAL:
            return []
        work.failures += 1
        return self._complete(work, ()) if work.failures >= MAX_FAILURES else []

    def _hear_audio(self, run: AudioRun, probabilities: Sequence[float]) -> list[Event]:
        self._buffer.add(run)
        frames = run.samples.reshape(-1, FRAME_SAMPLES)
        loudness = np.sqrt(np.mean(np.square(frames), axis=1)).tolist()
        events: list[Event] = []
        for probability, level in zip(probabilities, loudness, strict=True):
            ended = self._turns.hear(probability, level, self._cut_after())
            events += self._after_frame(ended)
        return events

    def _cut_after(self) -> int:
        if not self._work or self._work[-1].turn.end is not None:
            return 0
        work = self._work[-1]
        settled = round(work.text.settled_end_s * SAMPLE_RATE_HZ)
        return work.turn.start + settled + FRAME_SAMPLES if settled else 0

    def _after_frame(self, ended: Turn | None) -> list[Event]:
        turn = self._turns.open
        known = self._work[-1].turn.number if self._work else -1
        if ended is not None and ended.number > known:
            self._work.append(_Work(ended, Stabilizer(), self._manner))
            known = ended.number
        if turn is not None and turn.number > known:
            self._work.append(_Work(turn, Stabilizer(), self._manner))
        return self._complete_front() if ended is not None else []

    def _complete_front(self) -> list[Event]:
        events: list[Event] = []
        while self._work and (turn := self._work[0].turn).end is not None:
            work = self._work[0]
            if not self._turns.has_speech(turn) and not work.text.settled:
                events += self._complete(work, ())
            elif (
                work.careful is not None
                and turn.speech_end <= work.careful[0]
                and (not turn.was_cut or work.careful[0] <= turn.end)
            ):
                events += self._complete(work, work.careful[1])
            else:
                break
        return events

    def _complete(self, work: _Work, heard: Sequence[Word]) -> list[Event]:
        work.text.finish(heard)
        self._work.popleft()
        events = self._send(work, work.text.take_all())
        if not events and self._last_draft is not None:
            events += self._clear_draft()
        return events + self._note_safe(FRAME_SAMPLES) + self._complete_front()

    def _send(self, work: _Work, words: list[Word]) -> list[Event]:
        text = "".join(word.text for word in words).strip()
        if not text:
            return []
        start_s, end_s = self._times(work, words)
        self._last_end_s = end_s
        segment = Segment(
            self._next_seq,
            start_s,
            end_s,
            text,
            completed=True,
            language=work.language,
            words=self._timed(work, words) if self._with_words else None,
        )
        self._next_seq += 1
        self._last_draft = None
        self._last_point = self._point()
        return [Final(segment, self._last_point)]

    def _roll(self, work: _Work, head_s: float) -> None:
        """Let the turn begin shortly before its first word that is in no final."""
        drop = work.text.sent - LEAD_WORDS
        # a resumed turn has words in finals whose audio comes only now; a word heard to its end may
        # still be placed a little behind it
        if drop <= 0 or work.text.settled[work.text.sent - 1].end_s > head_s + CUT_SLACK_S:
            return
        before, lead = work.text.settled[drop - 1 : drop + 1]
        turn, start = work.turn, work.turn.start
        low = start + round((min(before.end_s, lead.start_s) - CUT_SLACK_S) * SAMPLE_RATE_HZ)
        high = start + round((lead.start_s + CUT_SLACK_S) * SAMPLE_RATE_HZ)
        if low - start < ROLL_S * SAMPLE_RATE_HZ:
            return
        self._turns.roll(turn, low, high)
        if turn.start > start:
            work.text.forget(drop, (turn.start - start) / SAMPLE_RATE_HZ)
            work.careful = None

    def _show(self, work: _Work) -> list[Event]:
        words = [*work.text.unsent, *work.text.tail]
        text = "".join(word.text for word in words).strip()
        settled = len(work.text.unsent)
        shown = (self._next_seq, text, settled)
        if shown == self._last_draft or (not text and self._last_draft is None):
            return []
        if not text:
            return self._clear_draft()
        self._last_draft = shown
        start_s, end_s = self._times(work, words)
        return [
            Draft(
                Segment(
                    self._next_seq,
                    start_s,
                    end_s,
                    text,
                    completed=False,
                    language=work.language,
                    revision=self._next_revision(),
                    settled_words=settled,
                )
            )
        ]

    def _clear_draft(self) -> list[Event]:
        self._last_draft = None
        at_s = self._last_end_s
        empty = Segment(
            self._next_seq, at_s, at_s, "", completed=False, revision=self._next_revision()
        )
        return [Draft(empty)]

    def _next_revision(self) -> int:
        self._revision = max(self._revision + 1, self.head // REVISION_SAMPLES)
        return self._revision

    def _times(self, work: _Work, words: list[Word]) -> tuple[float, float]:
        origin_s = work.turn.start / SAMPLE_RATE_HZ
        start_s = max(origin_s + words[0].start_s, self._last_end_s)
        return start_s, max(origin_s + words[-1].end_s, start_s)

    @staticmethod
    def _timed(work: _Work, words: list[Word]) -> tuple[Word, ...]:
        origin_s = work.turn.start / SAMPLE_RATE_HZ
        return tuple(
            replace(word, start_s=origin_s + word.start_s, end_s=origin_s + word.end_s)
            for word in words
        )

    def _point(self) -> Point:
        work = self._work[0] if self._work else None
        manner = work.manner if work else self._manner
        return Point(
            self._next_seq,
            work.turn.start if work else self._turns.safe_position,
            tuple(work.text.settled[: work.text.sent]) if work else (),
            manner.language.code,
            manner.asked,
        )

    def _note_safe(self, step: int) -> list[Event]:
        point = self._point()
        self._buffer.forget_before(point.durable_sample)
        if point.durable_sample - self._last_point.durable_sample < step:
            return []
        self._last_point = point
        return [Safe(point)]

    def _request(self, kind: Kind, work: _Work, end: int) -> DecodeRequest:
        is_draft = kind is Kind.DRAFT
        hints = work.manner.hints(
            work.text.prefix,
            may_doubt=not is_draft and end - work.turn.start >= RECOGNISE_SAMPLES,
            thorough=not is_draft,
        )
        return DecodeRequest(kind, work.turn.number, work.turn.start, end, hints)

    @staticmethod
    def _learn_language(manner: Manner, request: DecodeRequest, heard: Hypothesis) -> list[Event]:
        if request.kind is Kind.DRAFT or not heard.words:
            return []
        found = heard.recognised
        if request.hints.language is None and heard.language is not None:
            found = heard.language, heard.language_probability
        if found is None or not manner.language.learn(*found):
            return []
        return [LanguageFound(str(manner.language.code), manner.language.probability)]
