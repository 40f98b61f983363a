"""Pure: speech probabilities per frame in, turns out.

A turn is a stretch of speech with short pauses. It opens a little before the first frame of
speech, ends after a long enough silence, and is cut at its quietest late frame when it gets too
long for the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.buffer import FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """When a turn opens, pauses and ends. Seconds, and Silero probabilities.

    Onset and offset are Silero's own defaults (threshold 0.5, minus 0.15 for leaving speech).
    The times are those of ADR 0021.
    """

    onset: float = 0.5
    offset: float = 0.35
    pre_roll_s: float = 0.35
    tail_s: float = 0.3
    pause_s: float = 0.5
    endpoint_s: float = 0.8
    max_turn_s: float = 12.0
    cut_search_s: float = 4.0
    min_speech_s: float = 0.12


def to_samples(seconds: float) -> int:
    """Convert to samples, on the grid of frames."""
    return round(seconds * SAMPLE_RATE_HZ / FRAME_SAMPLES) * FRAME_SAMPLES


@dataclass(slots=True)
class Turn:
    """One turn. Positions in samples from sample 0; `end` is None while it is open.

    `cut_by`: where it is cut at the latest, if before its longest length.
    """

    number: int
    start: int
    speech_end: int
    speech_frames: int = 0
    end: int | None = None
    was_cut: bool = False
    cut_by: int | None = None
    loudness: list[float] = field(default_factory=list)
    speech: list[bool] = field(default_factory=list)
    first_frame: int = 0


class TurnTracker:
    """Follows one stream. Feed every frame in order; read `open` and the turns returned."""

    def __init__(self, policy: TurnPolicy, position: int) -> None:
        self._policy = policy
        self._pre_roll = to_samples(policy.pre_roll_s)
        self._tail = to_samples(policy.tail_s)
        self._pause = to_samples(policy.pause_s)
        self._endpoint = to_samples(policy.endpoint_s)
        self._max_turn = to_samples(policy.max_turn_s)
        self._cut_search = to_samples(policy.cut_search_s)
        self._min_speech = to_samples(policy.min_speech_s)
        self._next_number = 0
        self.open: Turn | None = None
        #: Nothing before this position can still become part of a new turn.
        self.floor = position
        self.position = position - position % FRAME_SAMPLES

    def open_at(self, position: int) -> Turn:
        """Open a turn at `position` whatever is heard: its beginning is already a final."""
        self.open = self._new_turn(position, position)
        return self.open

    def cut_soon(self, turn: Turn, settled_end: int) -> None:
        """Let a turn be cut at the quietest frame of what follows the words it has said."""
        turn.cut_by = settled_end + self._cut_search

    def hear(self, probability: float, loudness: float, cut_after: int = 0) -> Turn | None:
        """Take the next frame; return the turn that it ended, if any.

        Args:
            probability: of speech in the frame.
            loudness: any measure that grows with the level of the frame.
            cut_after: a cut before this position would split words that are already settled.
        """
        start = self.position
        self.position += FRAME_SAMPLES
        turn = self.open
        threshold = self._policy.offset if turn else self._policy.onset
        is_speech = probability >= threshold
        if turn is None:
            if not is_speech:
                return None
            turn = self.open = self._new_turn(max(start - self._pre_roll, self.floor), start)
        self._note(turn, is_speech, loudness)
        if self.position - turn.speech_end >= self._endpoint:
            return self._end(turn)
        longest = turn.start + self._max_turn
        if self.position >= (longest if turn.cut_by is None else min(turn.cut_by, longest)):
            return self._cut(turn, cut_after)
        return None

    def skip(self, samples: int) -> Turn | None:
        """Let whole frames of silence pass; return the turn that they ended, if any."""
        turn = self.open
        if turn is None:
            self.position += samples
            return None
        needed = self._endpoint - (self.position - turn.speech_end)
        if samples >= needed:
            self.position += samples
            return self._end(turn)
        ended = None
        for _ in range(samples // FRAME_SAMPLES):
            ended = self.hear(0.0, 0.0, self.position) or ended
        return ended

    def finish(self) -> Turn | None:
        """End the open turn now; return it."""
        return self._end(self.open) if self.open else None

    @property
    def is_pausing(self) -> bool:
        """Whether the open turn has been silent long enough to be decoded with care."""
        turn = self.open
        return turn is not None and self.position - turn.speech_end >= self._pause

    @property
    def safe_position(self) -> int:
        """Everything before it is in ended turns, or no speech."""
        if self.open is not None:
            return self.open.start
        return max(self.floor, self.position - self._pre_roll)

    def has_speech(self, turn: Turn) -> bool:
        """Whether a turn has enough speech to be worth a decode."""
        return turn.speech_frames * FRAME_SAMPLES >= self._min_speech

    def roll(self, turn: Turn, low: int, high: int) -> None:
        """Let a turn begin later, at its quietest frame between two positions."""
        first = max(low - turn.first_frame, 0) // FRAME_SAMPLES
        last = max(high - turn.first_frame, 0) // FRAME_SAMPLES
        index = first + _quietest(turn.loudness[first : last + 1] or [0.0])
        position = turn.first_frame + index * FRAME_SAMPLES
        if position <= turn.start:
            return
        del turn.loudness[:index], turn.speech[:index]
        turn.start = turn.first_frame = position

    def _new_turn(self, start: int, first_frame: int) -> Turn:
        number = self._next_number
        self._next_number += 1
        return Turn(number, start, speech_end=first_frame, first_frame=first_frame)

    def _note(self, turn: Turn, is_speech: bool, loudness: float) -> None:
        turn.loudness.append(loudness)
        turn.speech.append(is_speech)
        if is_speech:
            turn.speech_frames += 1
            turn.speech_end = self.position

    def _end(self, turn: Turn) -> Turn:
        turn.end = min(self.position, turn.speech_end + self._tail)
        self.open = None
        self.floor = turn.end
        return turn

    def _cut(self, turn: Turn, cut_after: int) -> Turn:
        low = max(self.position - self._cut_search, cut_after, turn.first_frame + FRAME_SAMPLES)
        first = min((low - turn.first_frame) // FRAME_SAMPLES, len(turn.loudness) - 1)
        index = first + _quietest(turn.loudness[first:])
        cut = turn.first_frame + index * FRAME_SAMPLES
        after = self._new_turn(cut, cut)
        after.loudness, after.speech = turn.loudness[index:], turn.speech[index:]
        after.speech_frames = sum(after.speech)
        after.speech_end = turn.speech_end if after.speech_frames else cut
        turn.speech_frames -= after.speech_frames
        turn.end, turn.was_cut = cut, True
        turn.speech_end = min(turn.speech_end, cut)
        self.open, self.floor = after, cut
        return turn


def _quietest(loudness: list[float]) -> int:
    """Return the index of the middle of the quietest three neighbouring frames."""
    padded = [loudness[0], *loudness, loudness[-1]]
    sums = [sum(padded[i : i + 3]) for i in range(len(loudness))]
    return sums.index(min(sums))
