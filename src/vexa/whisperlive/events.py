"""What the pure core says has happened. Times: seconds from sample 0 of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vexa.whisperlive.engines.base import Word


@dataclass(frozen=True, slots=True)
class Segment:
    """Text with start and end: a draft that may change, or a final that never will.

    `words`: those of a final, with times in seconds from sample 0, where they were asked for.
    """

    seq: int
    start_s: float
    end_s: float
    text: str
    completed: bool
    language: str | None = None
    revision: int = 0
    settled_words: int = 0
    words: tuple[Word, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks of a session.

    Attributes:
        language: code to decode in; None to detect it.
        task: `translate` gives English whatever is spoken.
        allowed: languages that a detection may find; None allows all.
        prompt: text that shows the style and the names to expect; not kept with a point.
    """

    language: str | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    allowed: frozenset[str] | None = None
    prompt: str | None = None

    def is_like(self, other: Asked) -> bool:
        """Whether words decoded for one are words for the other."""
        return (self.language, self.task, self.allowed) == (
            other.language,
            other.task,
            other.allowed,
        )


@dataclass(frozen=True, slots=True)
class Point:
    """Where a session can be taken up again.

    Attributes:
        next_seq: number of the next final.
        durable_sample: everything before it is in a final, or was no speech.
        sent: words of finals that lie behind `durable_sample`: the beginning of the turn there,
            with times in seconds from the turn's start. A replay must begin with these words.
        language: the language held, if any.
        asked: what the turn there was decoded for; None when that is not known.
    """

    next_seq: int = 0
    durable_sample: int = 0
    sent: tuple[Word, ...] = ()
    language: str | None = None
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """A segment is final; `point` is true once it is stored."""

    segment: Segment
    point: Point


@dataclass(frozen=True, slots=True)
class Draft:
    """The newest words, not final. An empty text takes the draft with this number back."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class Safe:
    """Audio without text is behind us: `point` moved without a final."""

    point: Point


@dataclass(frozen=True, slots=True)
class LanguageFound:
    """The language is known from now on."""

    code: str
    probability: float


Event = Final | Draft | Safe | LanguageFound
