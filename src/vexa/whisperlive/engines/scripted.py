"""An engine for tests: reads words out of coded audio, exactly and at once.

Each word is a stretch of constant value `code / 1000`; code `n` is the word `w<n>`, translated
`t<n>`. So what the engine says depends on the audio and the task it was given and on nothing else,
and a word that was lost, doubled or cut shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.base import (
    DecodeHints,
    Engine,
    EngineCapabilities,
    EngineOptions,
    Gate,
    Hypothesis,
    Samples,
    Window,
    Word,
    check_window,
)

#: A stretch shorter than this is a word cut at the edge, and is not heard.
MIN_WORD_S = 0.05
_SCALE = 1000


def code_speech(codes: Sequence[int], word_s: float = 0.3, gap_s: float = 0.05) -> Samples:
    """Write words as audio: float32[n]. Codes are 1…999."""
    word, gap = int(word_s * SAMPLE_RATE_HZ), int(gap_s * SAMPLE_RATE_HZ)
    parts = [
        np.concatenate([np.full(word, code / _SCALE), np.zeros(gap)]).astype(np.float32)
        for code in codes
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def read_codes(samples: Samples) -> list[tuple[int, int, int]]:
    """Read coded audio: (code, first sample, sample after the last) for each stretch."""
    codes = np.rint(samples * _SCALE).astype(np.int64)
    edges = np.flatnonzero(np.diff(codes)) + 1
    starts = [0, *edges.tolist()]
    ends = [*edges.tolist(), len(codes)]
    return [
        (int(codes[start]), start, end)
        for start, end in zip(starts, ends, strict=True)
        if end > start and codes[start] > 0
    ]


class ScriptedEngine:
    """Says what the coded audio says. A tenth word ends a sentence."""

    capabilities = EngineCapabilities(name="scripted")

    def decode(self, samples: Samples, hints: DecodeHints) -> Hypothesis:
        """Turn one window into words; see `Engine.decode`."""
        if not check_window(samples):
            return Hypothesis(language=hints.language)
        letter = "t" if hints.task == "translate" else "w"
        words = tuple(
            Word(
                f" {letter}{code}" + ("." if code % 10 == 0 else ""),
                start / SAMPLE_RATE_HZ,
                end / SAMPLE_RATE_HZ,
            )
            for code, start, end in read_codes(samples)
            if end - start >= MIN_WORD_S * SAMPLE_RATE_HZ
        )
        return Hypothesis(words, hints.language or "en", 1.0)

    def decode_together(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Turn several windows into words; see `Engine.decode_together`."""
        return [self.decode(window.samples, window.hints) for window in windows]

    def unload(self) -> None:
        """Nothing to give back."""


class ScriptedLoader:
    """Needs no model."""

    needs_model = False
    gate: Gate = "loudness"

    def load(self, folder: Path | None, options: EngineOptions) -> Engine:
        """Return the engine."""
        return ScriptedEngine()


LOADER = ScriptedLoader()
