"""Recordings without speech; whatever a server says of them is invented."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np

from tests.bench.speech.laughter import laughter, music
from tests.bench.speech.material import Stream
from vexa.contracts.audio import SAMPLE_RATE_HZ

#: sox's effects by name, on three channels that are mixed; `{s}` is the length in seconds.
RECORDINGS = {
    "silence": "trim 0 {s}",
    "white noise": "synth {s} whitenoise vol 0.1",
    "pink noise": "synth {s} pinknoise vol 0.2",
    "brown noise": "synth {s} brownnoise vol 0.3",
    "50 Hz hum": "synth {s} sine 50 vol 0.3",
    "120 Hz hum": "synth {s} sawtooth 120 vol 0.2",
    "clicks as of typing": "synth 0.004 whitenoise vol 0.6 pad 0 0.13 repeat {clicks} trim 0 {s}",
    "plucked chords": "synth 1.8 pluck C3 pluck E3 pluck G3 remix - repeat {chords} trim 0 {s}",
    "sweep": "synth {s} sine 100:4000 vol 0.2",
    "modulated noise": "synth {s} pinknoise synth {s} sine amod 4 vol 0.3",
}


def make_recordings(folder: Path, seconds: float) -> dict[str, Stream]:
    """Render every recording.

    Raises:
        FileNotFoundError: sox is not installed.
    """
    if shutil.which("sox") is None:
        raise FileNotFoundError("sox is needed: apt-get install sox")
    made = {name: Stream(_render(folder, effects, seconds)) for name, effects in RECORDINGS.items()}
    return made | {"laughter": Stream(laughter(seconds)), "music": Stream(music(seconds))}


def _render(
    folder: Path, effects: str, seconds: float
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    target = folder / "noise.raw"
    filled = effects.format(s=seconds, clicks=int(seconds / 0.134), chords=int(seconds / 1.8))
    raw = ["-t", "raw", "-e", "floating-point", "-b", "32", "-c", "1", "-r", str(SAMPLE_RATE_HZ)]
    command = [
        "sox",
        "-R",
        "-r",
        "48000",
        "-c",
        "3",
        "-n",
        *raw,
        str(target),
        *filled.split(),
        "rate",
        "16000",
    ]
    subprocess.run(command, check=True, capture_output=True)
    return np.fromfile(target, dtype="<f4")
