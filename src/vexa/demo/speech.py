"""Speech with reference text: human from a folder, or flite's voices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from vexa.contracts.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a recording; times in seconds from the start of its file."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Recording:
    """One utterance of one voice. `words` are measured, or spread by length over the file."""

    file: Path
    voice: str
    duration_s: float
    text: str
    words: tuple[SpokenWord, ...]


def _spread_words(text: str, duration_s: float) -> tuple[SpokenWord, ...]:
    """Place words in proportion to their length: for recordings without word times."""
    words = text.split()
    letters = sum(len(word) + 1 for word in words)
    placed, at_s = [], 0.0
    for word in words:
        length_s = duration_s * (len(word) + 1) / letters
        placed.append(SpokenWord(word, at_s, at_s + length_s))
        at_s += length_s
    return tuple(placed)


def read_recordings(folder: Path, *, given_by: str = "SPEECH") -> list[Recording]:
    """Read a speech folder's `manifest.json`.

    Args:
        folder: holds the recordings and the manifest.
        given_by: the setting or option that named it, for errors.

    Raises:
        ConfigurationError: no manifest, or an entry without its file, speaker, length or text.
    """
    manifest = folder / "manifest.json"
    try:
        entries = json.loads(manifest.read_text())
        return [_read_recording(folder, entry) for entry in entries]
    except FileNotFoundError as exc:
        raise ConfigurationError(
            f"{given_by}: {manifest} does not exist; allowed: a folder with one"
        ) from exc
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfigurationError(
            f"{given_by}: {manifest} must be a list of "
            "{file, speaker, duration_s, text, optional words: [[word, start, end]]}"
        ) from exc


def _read_recording(folder: Path, entry: dict[str, object]) -> Recording:
    duration_s, text = float(str(entry["duration_s"])), str(entry["text"])
    given = entry.get("words")
    if isinstance(given, list) and given:
        words = tuple(SpokenWord(str(w), float(a), float(b)) for w, a, b in given)
    else:
        words = _spread_words(text, duration_s)
    return Recording(
        file=folder / str(entry["file"]),
        voice=str(entry["speaker"]),
        duration_s=duration_s,
        text=text,
        words=words,
    )
