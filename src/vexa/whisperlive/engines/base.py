"""What every engine offers: samples and hints in, one hypothesis out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.errors import BadAudio

Samples = npt.NDArray[np.float32]
Gate = Literal["speech", "loudness"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as shown, with its punctuation. Times: seconds from the start of the window.

    `text` begins with a space where the language separates words by spaces, so that joining the
    texts of words gives the sentence. `probability` is the engine's own, 0..1; None if it has none.
    """

    text: str
    start_s: float
    end_s: float
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What an engine heard in one window, before anything is decided.

    `doubtful` means that a guard tripped and the words were withheld: ask again with more audio.
    The words include those of the hinted prefix. `language` is the one that was used; `recognised`
    is the one that was heard, with its probability, where the hints asked for it.
    """

    words: tuple[Word, ...] = ()
    language: str | None = None
    language_probability: float = 1.0
    doubtful: bool = False
    recognised: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class DecodeHints:
    """What is known before a decode.

    Attributes:
        language: code to decode in; None asks the engine to detect it.
        allowed: languages that a detection may find; None allows all.
        task: `translate` gives English whatever is spoken.
        prefix: settled text of the same window, with which the hypothesis must begin.
        prompt: text that shows the style and the names to expect; never repeated in the answer.
        recognise: say which language is heard although one is given.
        thorough: on a tripped guard decode again with a wider window, instead of giving up.
    """

    language: str | None = None
    allowed: frozenset[str] | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    prefix: str = ""
    prompt: str | None = None
    recognise: bool = False
    thorough: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Something to decode: float32[n] and what is known of it."""

    samples: Samples
    hints: DecodeHints


@dataclass(frozen=True, slots=True)
class EngineCapabilities:
    """What an engine can do. `languages` None means any that Whisper knows.

    `together` is how many windows at most one call of `decode_together` takes with profit.
    """

    name: str
    languages: frozenset[str] | None = None
    translates: bool = True
    together: int = 1


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine may use the machine, and where a remote one is."""

    device: str = "cpu"
    compute_type: str = "int8"
    workers: int = 2
    threads: int = 1
    remote_url: str = ""
    remote_key: str = field(default="", repr=False)
    remote_model: str = "whisper-1"
    remote_timeout_s: float = 15.0


class Engine(Protocol):
    """A loaded engine. `decode` blocks, and is called from several threads at once."""

    @property
    def capabilities(self) -> EngineCapabilities:
        """What this engine can do with the model it has loaded."""
        ...

    def decode(self, samples: Samples, hints: DecodeHints) -> Hypothesis:
        """Turn one window into words.

        Args:
            samples: float32[n], mono, 16 kHz, −1..1; n is at most 30 s.
            hints: see `DecodeHints`.

        Raises:
            BadAudio: the samples are not such a window.
            SpeechError: the engine failed; the same call may work later.
        """
        ...

    def decode_together(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Turn several windows into words; the same answers as one by one, for less.

        Args:
            windows: of like length; their hints differ in `prefix` alone, and name a language.

        Raises:
            BadAudio, SpeechError: as `decode`; none of them has an answer then.
        """
        ...

    def unload(self) -> None:
        """Give the model's memory back. Safe to call twice, and while a decode runs."""
        ...


class EngineLoader(Protocol):
    """What the registry names: loads an engine, blocking."""

    #: Whether `load` needs a model folder.
    needs_model: bool
    #: Which frames are worth a decode: those of speech, or any that are loud enough.
    gate: Gate

    def load(self, folder: Path | None, options: EngineOptions) -> Engine:
        """Load the model in `folder`. Raises EngineUnavailable."""
        ...


#: Longest window that an engine takes: Whisper's own, seconds.
MAX_WINDOW_S = 30.0
#: A window whose peak is below this (−80 dBFS) holds nothing; a decoder would invent something.
SILENT_PEAK = 1e-4


def check_window(samples: Samples) -> bool:
    """Tell whether a window holds anything at all.

    Raises:
        BadAudio: it is not float32[n] of at most 30 s.
    """
    if samples.ndim != 1 or samples.dtype != np.float32:
        raise BadAudio("an engine takes float32[n]")
    if len(samples) > MAX_WINDOW_S * SAMPLE_RATE_HZ:
        raise BadAudio("a window is at most 30 s")
    return len(samples) > 0 and float(np.max(np.abs(samples))) >= SILENT_PEAK
