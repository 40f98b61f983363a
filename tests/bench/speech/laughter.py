"""Laughter and music made of their parts, for which sox has no effect.

Laughter after Bachorowski and others (2001): bouts of voiced notes, about five a second, with
breath between them, higher than speech and sinking; each bout ends with a breath drawn in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vexa.contracts.audio import SAMPLE_RATE_HZ

Floats = NDArray[np.float64]

#: Frequency and width of the resonances of an open vowel, Hz.
FORMANTS_HZ = ((850.0, 120.0), (1300.0, 150.0), (2800.0, 250.0))
NOTE_S, VOICED_S = 0.21, 0.1
#: Equal-tempered chords of a common progression, as semitones over C3.
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
C3_HZ = 130.81


def laughter(seconds: float, seed: int = 1) -> NDArray[np.float32]:
    """Return bouts of laughter with pauses of a second or so; float32[n] at 16 kHz."""
    chance = np.random.default_rng(seed)
    parts: list[Floats] = []
    made_s = 0.0
    while made_s < seconds:
        bout = _bout(chance, int(chance.integers(4, 9)), float(chance.uniform(200, 340)))
        pause = np.zeros(int(chance.uniform(0.6, 1.8) * SAMPLE_RATE_HZ))
        parts += [bout, pause]
        made_s += (len(bout) + len(pause)) / SAMPLE_RATE_HZ
    return _level(np.concatenate(parts)[: int(seconds * SAMPLE_RATE_HZ)])


def _bout(chance: np.random.Generator, notes: int, pitch_hz: float) -> Floats:
    source: list[Floats] = []
    length, voiced = int(NOTE_S * SAMPLE_RATE_HZ), int(VOICED_S * SAMPLE_RATE_HZ)
    for note in range(notes):
        here_hz = pitch_hz * (1 - 0.05 * note) * np.linspace(1.08, 0.92, voiced)
        phase = np.cumsum(here_hz) / SAMPLE_RATE_HZ
        pulses = np.diff(np.floor(phase), prepend=0.0) * 12
        breath = chance.normal(0, 0.25, length)
        breath[:voiced] *= 0.3
        breath[:voiced] += pulses * np.hanning(voiced)
        source.append(breath * np.hanning(length) * 0.85**note)
    drawn_in = chance.normal(0, 0.2, length * 2) * np.hanning(length * 2)
    return _resonate(np.concatenate([*source, drawn_in]))


def _resonate(source: Floats) -> Floats:
    spectrum = np.fft.rfft(source)
    frequency = np.fft.rfftfreq(len(source), 1 / SAMPLE_RATE_HZ)
    gain = sum(1 / (1 + ((frequency - at_hz) / width_hz) ** 2) for at_hz, width_hz in FORMANTS_HZ)
    return np.fft.irfft(spectrum * gain, len(source))


def music(seconds: float, seed: int = 1) -> NDArray[np.float32]:
    """Return chords, a bass, a melody and a drum at 100 beats a minute; float32[n] at 16 kHz."""
    chance = np.random.default_rng(seed)
    beat = int(0.6 * SAMPLE_RATE_HZ)
    beats = -(-int(seconds * SAMPLE_RATE_HZ) // beat)
    made = np.zeros((beats + 4) * beat)
    for number in range(beats):
        chord = CHORDS[number // 4 % len(CHORDS)]
        at = number * beat
        tones = [(tone, 0.12) for tone in chord] if number % 4 == 0 else []
        tones += [(chord[0] - 12, 0.25), (12 + int(chance.choice(chord)), 0.3)]
        for semitones, level in tones:
            made[at : at + 4 * beat] += _tone(semitones, level, 4 * beat)
        hit = chance.normal(0, 0.2, beat) * np.exp(-np.arange(beat) / (0.03 * SAMPLE_RATE_HZ))
        made[at : at + beat] += hit
    return _level(made[: int(seconds * SAMPLE_RATE_HZ)])


def _tone(semitones: int, level: float, samples: int) -> Floats:
    time_s = np.arange(samples) / SAMPLE_RATE_HZ
    pitch_hz = C3_HZ * 2 ** (semitones / 12)
    tone = np.zeros(samples)
    for n in range(1, 7):
        tone += np.sin(2 * np.pi * n * pitch_hz * time_s) / n**1.5
    tone *= level * np.exp(-time_s / 0.7)
    return tone


def _level(samples: Floats) -> NDArray[np.float32]:
    """Bring the loudest sample to half of full scale."""
    return np.asarray(samples / np.abs(samples).max() * 0.5, dtype=np.float32)
