"""Reads the folder of speech that the fixture `speech_dir` gives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import decode_audio

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.base import Samples


@dataclass(frozen=True)
class Utterance:
    """One person saying one known thing."""

    speaker: str
    text: str
    samples: Samples
    #: Word, start and end in seconds; empty where nobody has aligned it.
    times: tuple[tuple[str, float, float], ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ

    @property
    def words(self) -> list[str]:
        """The words, in lower case."""
        return self.text.lower().split()


def load_utterances(folder: Path, limit: int | None = None) -> list[Utterance]:
    """Read what is spoken in `folder`, at 16 kHz."""
    items = json.loads((folder / "manifest.json").read_text())
    return [
        Utterance(
            str(item["speaker"]),
            item["text"],
            np.asarray(decode_audio(str(folder / item["file"])), dtype=np.float32),
            tuple((word, float(start), float(end)) for word, start, end in item.get("words") or ()),
        )
        for item in items[:limit]
    ]
