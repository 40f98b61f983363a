"""Frames that wait for one reader: bounded, so that a slow reader costs itself, not the server."""

from __future__ import annotations

import asyncio
from collections import deque


class Outgoing:
    """A queue with a limit on frames and on characters; over it, the reader is `slow` for good."""

    def __init__(self, max_frames: int, max_chars: int) -> None:
        self._frames: deque[str] = deque()
        self._chars = 0
        self._max_frames = max_frames
        self._max_chars = max_chars
        self._filled = asyncio.Event()
        self.slow = asyncio.Event()

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
        """Wait for the next frame."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        text = self._frames.popleft()
        self._chars -= len(text)
        return text
