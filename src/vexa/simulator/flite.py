"""Speech on a machine that has none: flite's voices say sentences of ours.

Writes the same shape of folder as human speech has: sound files and a `manifest.json` of
`{id, file, speaker, duration_s, text}`, so that whoever reads one reads the other.
"""

from __future__ import annotations

import json
import subprocess
import wave
from pathlib import Path

#: Debian's flite 2.2 has these 16 kHz voices; `kal` is left out, being 8 kHz.
VOICES = ("slt", "rms", "awb", "kal16")

SENTENCES = (
    "Good morning everyone, thank you for coming on such short notice.",
    "The first thing I want to talk about is the new release.",
    "We finished the work on the search page yesterday afternoon.",
    "Two customers asked for a cheaper plan, and both of them would stay for a year.",
    "I think we should measure it before we change anything.",
    "Can somebody write down the three numbers that we agreed on?",
    "The train was late again, so I missed the beginning of the meeting.",
    "Our server in the north answered every request within half a second.",
    "Let us move the deadline to the end of next week.",
    "The garden behind the office is full of yellow flowers.",
    "She promised to send the contract before lunch on Thursday.",
    "If nobody objects, we will paint the kitchen green.",
    "The report shows that most people stop reading after the second page.",
    "My brother plays the piano, and my sister drives a truck.",
    "Please check the spelling of the street names on the map.",
    "There is a small problem with the printer on the third floor.",
    "We tested the battery in the cold, and it lasted eleven hours.",
    "Nothing is more useful than a short and honest answer.",
    "The museum opens at ten, but the coffee shop is open at eight.",
    "I would rather fix the old bridge than build another one.",
)


def say(voice: str, sentence: str, target: Path) -> float:
    """Write one sentence as 16 kHz mono wav; return its length in seconds.

    Raises:
        FileNotFoundError: flite is not installed.
        subprocess.CalledProcessError: flite has no such voice.
    """
    subprocess.run(
        ["flite", "-voice", voice, "-t", sentence, "-o", str(target)],
        check=True,
        capture_output=True,
    )
    with wave.open(str(target)) as sound:
        return float(sound.getnframes() / sound.getframerate())


def write_flite_speech(folder: Path) -> Path:
    """Fill `folder` with speech of every voice and its manifest; return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for index, sentence in enumerate(SENTENCES):
        voice = VOICES[index % len(VOICES)]
        name = f"{voice}-{index // len(VOICES):04d}"
        length_s = say(voice, sentence, folder / f"{name}.wav")
        entries.append(
            {
                "id": name,
                "file": f"{name}.wav",
                "speaker": voice,
                "duration_s": round(length_s, 3),
                "text": sentence,
            }
        )
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(entries, indent=1))
    return manifest
