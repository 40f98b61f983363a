"""Who says what in a scored meeting: two to five people in turns, with overlaps."""

from __future__ import annotations

import random
import wave
from pathlib import Path

import numpy as np

from vexa.demo.screenplay import OVERLAP_S, OVERLAP_SHARE, PAUSE_S, SETTLE_S, Screenplay, Turn
from vexa.demo.speech import Recording

#: A turn that is shorter is not talked into, seconds.
SHORTEST_OVERLAPPED_S = 3.0
#: When the last of three or more comes, as a share of the talk.
LATE_SHARE = 0.25
#: Where nobody speaks a microphone still gives this much noise, RMS of full scale (-60 dBFS).
NOISE_RMS = 0.001
NOISE_RATE_HZ = 48_000


def compose(recordings: list[Recording], people: int, seconds: float, seed: str) -> Screenplay:
    """Compose a talk of about `seconds` by `people` voices, fewer if there are fewer."""
    dice = random.Random(seed)
    voices = sorted({recording.voice for recording in recordings})
    cast = dice.sample(voices, min(people, len(voices)))
    stock = {voice: [one for one in recordings if one.voice == voice] for voice in cast}
    for lines in stock.values():
        dice.shuffle(lines)
    late = cast[-1] if len(cast) > 2 else None
    comes_s = seconds * LATE_SHARE
    free_s = {voice: comes_s + SETTLE_S if voice == late else 0.0 for voice in cast}
    turns: list[Turn] = []
    at_s, before = SETTLE_S, ""
    while at_s < seconds:
        others = [v for v in cast if stock[v] and v != before]
        if not others:
            break
        at_s = max(at_s, min(free_s[voice] for voice in others))
        voice = dice.choice([v for v in others if free_s[v] <= at_s])
        turn = Turn(f"Speaker {voice}", round(at_s, 3), stock[voice].pop())
        turns.append(turn)
        free_s[voice] = turn.end_s + PAUSE_S[0]
        at_s, before = _next_start_s(dice, turn), voice
    joins = {f"Speaker {voice}": comes_s if voice == late else 0.0 for voice in cast}
    return Screenplay(joins, tuple(turns))


def _next_start_s(dice: random.Random, turn: Turn) -> float:
    is_talked_into = turn.recording.duration_s >= SHORTEST_OVERLAPPED_S
    if is_talked_into and dice.random() < OVERLAP_SHARE:
        return turn.end_s - dice.uniform(*OVERLAP_S)
    return turn.end_s + dice.uniform(*PAUSE_S)


def monologue(recordings: list[Recording], seconds: float, seed: str) -> list[dict[str, object]]:
    """Speech of the control API: one voice that hardly pauses, for at least `seconds`."""
    dice = random.Random(seed)
    voice = dice.choice(sorted({recording.voice for recording in recordings}))
    lines = [recording for recording in recordings if recording.voice == voice]
    speech: list[dict[str, object]] = []
    at_s = 0.0
    while at_s < seconds:
        line = dice.choice(lines)
        speech.append({"at_s": at_s, "file": str(line.file.resolve()), "text": line.text})
        at_s += line.duration_s + PAUSE_S[0]
    return speech


def write_noise(path: Path, seconds: float, seed: int) -> None:
    """Write the sound of a microphone in a quiet room: 48 kHz, 16 bit, mono."""
    dice = np.random.default_rng(seed)
    samples = dice.normal(0.0, NOISE_RMS * 32_767, round(seconds * NOISE_RATE_HZ))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(NOISE_RATE_HZ)
        file.writeframes(np.round(samples).astype("<i2").tobytes())
