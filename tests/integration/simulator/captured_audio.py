"""What a page heard, slot by slot, compared with what was sent."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page

RATE_HZ = 48_000
#: Most that network, jitter buffer and reading may delay sound, seconds.
MAX_DELAY_S = 1.0
#: Length of a piece: short, so that a jitter buffer's one stretch spoils one piece only.
PIECE = RATE_HZ // 4
#: A piece below this share of the utterance's mean power is a pause and is not judged.
PAUSE_SHARE = 0.05

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """Where an utterance was heard best, and how well each loud piece of it agrees (-1 to 1)."""

    slot: int
    delay_s: float
    pieces: list[float]

    @property
    def share_right(self) -> float:
        """Share of the pieces that are what was sent."""
        return float(np.mean([piece >= 0.9 for piece in self.pieces]))


def correlation(heard: Samples, sent: Samples) -> float:
    """Normalised correlation of two stretches of equal length."""
    power = float(np.dot(heard, heard) * np.dot(sent, sent))
    return float(np.dot(heard, sent)) / np.sqrt(power) if power else 0.0


def best_offset(heard: Samples, sent: Samples) -> int:
    """Offset in `heard` at which `sent` fits best; `heard` is the longer one."""
    size = 1 << int(np.ceil(np.log2(len(heard) + len(sent))))
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(heard) - len(sent) + 1]))


class CapturedAudio:
    """Collects blocks from `capture.js`."""

    def __init__(self) -> None:
        self._blocks: list[dict[str, Any]] = []

    async def listen(self, page: Page) -> None:
        """Install the reader; call before the page is opened."""

        async def take(_source: object, text: str) -> None:
            self._blocks.append(json.loads(text))

        await page.expose_binding("captured", take)
        await page.add_init_script(path=Path(__file__).parent / "capture.js")

    def slots(self) -> list[int]:
        """Numbers of the slots that gave sound, silence included."""
        return sorted({block["slot"] for block in self._blocks})

    def last_epoch_s(self) -> float:
        """Time of day at which the newest block was read."""
        return max((float(block["read_at_ms"]) / 1000 for block in self._blocks), default=0.0)

    def sources(self, slot: int, start_s: float, end_s: float) -> set[int]:
        """Contributing sources of a slot that were loud between two times of day."""
        return {
            source
            for block in self._blocks
            if block["slot"] == slot
            for source, at_ms, level in block["sources"]
            if start_s < at_ms / 1000 < end_s and level > 0
        }

    def match(self, sent: Samples, start_epoch_s: float) -> Match:
        """Find an utterance in the slot where it sounds best."""
        matches = [self._match_in(slot, sent, start_epoch_s) for slot in self.slots()]
        return max(matches, key=lambda found: found.share_right)

    def _track(self, slot: int) -> tuple[Samples, float]:
        """All samples of a slot and the time of day of the first."""
        blocks = [block for block in self._blocks if block["slot"] == slot]
        parts = [np.frombuffer(base64.b64decode(block["pcm"]), np.int16) for block in blocks]
        before = np.cumsum([0, *(len(part) for part in parts[:-1])])
        origins = [
            block["read_at_ms"] / 1000 - count / RATE_HZ
            for block, count in zip(blocks, before, strict=True)
        ]
        return np.concatenate(parts).astype(np.float64), float(np.median(origins))

    def _match_in(self, slot: int, sent: Samples, start_epoch_s: float) -> Match:
        track, origin_s = self._track(slot)
        first = max(0, int((start_epoch_s - origin_s - 0.3) * RATE_HZ))
        window = track[first : first + len(sent) + int((MAX_DELAY_S + 0.3) * RATE_HZ)]
        assert len(window) >= len(sent), "the capture ended before the speech"
        offset = best_offset(window, sent)
        delay_s = (first + offset) / RATE_HZ + origin_s - start_epoch_s
        power = float(np.mean(np.square(sent)))
        loud = [
            at
            for at in range(0, len(sent) - PIECE + 1, PIECE)
            if np.mean(np.square(sent[at : at + PIECE])) > PAUSE_SHARE * power
        ]
        pieces = [self._piece(window, sent, offset, at) for at in loud]
        return Match(slot, delay_s, pieces)

    @staticmethod
    def _piece(window: Samples, sent: Samples, offset: int, at: int) -> float:
        """Agreement of one piece, allowing a jitter buffer's shift of 50 ms."""
        piece = sent[at : at + PIECE]
        slack = RATE_HZ // 20
        start = max(0, offset + at - slack)
        around = window[start : offset + at + PIECE + slack]
        if len(around) < len(piece):
            return 0.0
        shift = best_offset(around, piece)
        return correlation(around[shift : shift + PIECE], piece)
