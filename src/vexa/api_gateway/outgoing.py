"""Frames on their way to one reader: bounded, so that a slow reader costs itself alone."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vexa.kit.ready_frames import WriteFrame, text_frame

#: Published texts that are kept ready; each goes to all its readers before the next one comes.
READY_TEXTS = 64


@dataclass(frozen=True, slots=True)
class ReadyFrame:
    """A published text as the client gets it, and its `type`."""

    text: str
    kind: Any
    wire: bytes


@lru_cache(maxsize=READY_TEXTS)
def ready(text: str) -> ReadyFrame:
    """Make the frame of a published text, once for all its readers."""
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    kind = message.get("type") if isinstance(message, dict) else None
    return ReadyFrame(text, kind, text_frame(text))


class Outgoing:
    """What waits for one reader; over a limit on frames or characters it is `slow` for good.

    Args:
        max_frames: frames that may wait.
        max_chars: characters that may wait.
        write: writes a frame at once while nothing waits; None when the server cannot.
    """

    def __init__(self, max_frames: int, max_chars: int, write: WriteFrame | None = None) -> None:
        self._frames: deque[str] = deque()
        self._chars = 0
        self._max_frames = max_frames
        self._max_chars = max_chars
        self._write = write
        self._is_sending = False
        self._filled = asyncio.Event()
        self.slow = asyncio.Event()

    def put_ready(self, frame: ReadyFrame) -> None:
        """Write a frame now if nothing waits and the connection takes it, else queue it."""
        if self._write is None or self._frames or self._is_sending or self.slow.is_set():
            return self.put(frame.text)
        if not self._write(frame.wire):
            self.put(frame.text)

    def put(self, text: str) -> None:
        """Queue a frame, or mark the reader as slow and forget everything."""
        if self.slow.is_set():
            return
        if len(self._frames) >= self._max_frames or self._chars + len(text) > self._max_chars:
            self._frames.clear()
            self.slow.set()
            return
        self._frames.append(text)
        self._chars += len(text)
        self._filled.set()

    async def get(self) -> str:
        """Wait for the next frame; it counts as being sent until the next call."""
        self._is_sending = False
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        self._is_sending = True
        text = self._frames.popleft()
        self._chars -= len(text)
        return text
